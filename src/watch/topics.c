#include "watch/topics.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "watch/normal.h"

static const char *const words[] = {
#define X(code, word) word,
    OFS_TOPIC_TABLE(X)
#undef X
};

const char *ofs_topic_word(enum ofs_topic topic)
{
    return words[topic];
}

/* A sentence is about a topic if it contains one of `strong`, or one of `what` and one of `act`.
 * All in small letters. '^' at the start of a pattern: only at the start of a word; '$' at its end:
 * only at the end of one. */
struct pattern {
    const char *const *strong, *const *what, *const *act;
};

static const char *const ai_strong[] = {"generative ai",
                                        "generative artificial",
                                        "^genai$",
                                        "machine learning",
                                        "machine-learning",
                                        "ai model",
                                        "ai-powered",
                                        "ai powered",
                                        "ai feature",
                                        "^ai training",
                                        "train ai",
                                        "training ai",
                                        "language model",
                                        "content-generating",
                                        "content generating",
                                        "artificial intelligence model",
                                        "maschinelles lernen",
                                        "maschinellem lernen",
                                        "ki-modell",
                                        "ki-training",
                                        "generative ki",
                                        "generativer ki",
                                        "generativen ki",
                                        "ki-funktion",
                                        "ki-gestützt",
                                        "ia générative",
                                        "apprentissage automatique",
                                        "modèles d'ia",
                                        "modèle d'ia",
                                        "ia generativa",
                                        "apprendimento automatico",
                                        "modelli di ia",
                                        "modello di ia",
                                        "modelli di intelligenza",
                                        "generatieve ai",
                                        "ai-model",
                                        "ai-functie",
                                        "aprendizado de máquina",
                                        "aprendizagem automática",
                                        "modelos de ia",
                                        "modelo de ia",
                                        "uczenie maszynowe",
                                        "uczenia maszynowego",
                                        "modeli ai",
                                        "modele ai",
                                        "modeli si",
                                        "generatywnej",
                                        "generatywna",
                                        "aprendizaje automático",
                                        "inteligencia artificial generativa",
                                        NULL};
static const char *const ai_what[] = {"^ai$",
                                      "artificial intelligence",
                                      "^model",
                                      "algorithm",
                                      "^ki$",
                                      "^ki-",
                                      "künstliche",
                                      "^modell",
                                      "^ia$",
                                      "intelligence artificielle",
                                      "modèle",
                                      "intelligenza artificiale",
                                      "kunstmatige intelligentie",
                                      "inteligência artificial",
                                      "inteligencia artificial",
                                      "sztucznej inteligencji",
                                      "sztuczna inteligencja",
                                      "^si$",
                                      "^modelo",
                                      "^modeli",
                                      NULL};
static const char *const ai_act[] = {
    "^train",   "fine-tun",  "develop", "improv",    "generat",   "automat",  "trainier",
    "training", "entwickel", "entraîn", "amélior",   "développ",  "addestra", "miglior",
    "svilupp",  "^trein",    "^traine", "verbeter",  "ontwikkel", "trenow",   "szkole",
    "rozw",     "entrena",   "mejor",   "desarroll", "desenvolv", "melhor",   "input",
    "output",   "feature",   "content", NULL};

static const char *const share_strong[] = {"data sharing",
                                           "sharing of data",
                                           "sale of data",
                                           "sell your",
                                           "sells your",
                                           "data broker",
                                           "third-party sharing",
                                           "datenweitergabe",
                                           "weitergabe von daten",
                                           "weitergabe ihrer",
                                           "partage de donné"
                                           "es",
                                           "partage des donné"
                                           "es",
                                           "condivisione dei dati",
                                           "condivisione di dati",
                                           "delen van gegevens",
                                           "gegevensdeling",
                                           "compartilhamento de dados",
                                           "partilha de dados",
                                           "udostępnianie danych",
                                           "udostępniania danych",
                                           "uso compartido de datos",
                                           "compartir datos",
                                           "shared with third part",
                                           "share with third part",
                                           "disclose to third part",
                                           NULL};
static const char *const share_what[] = {"affiliate",
                                         "third part",
                                         "third-part",
                                         "partner",
                                         "advertiser",
                                         "^data$",
                                         "personal",
                                         "information",
                                         "drittanbieter",
                                         "^dritte",
                                         "verbundene",
                                         "^daten$",
                                         "konzern",
                                         "tiers",
                                         "filiale",
                                         "donné"
                                         "es",
                                         "terze parti",
                                         "terzi$",
                                         "affiliat",
                                         "^dati$",
                                         "derden",
                                         "gelieerde",
                                         "gegevens",
                                         "terceiros",
                                         "afiliad",
                                         "^dados$",
                                         "stronom trzecim",
                                         "podmiot",
                                         "danych$",
                                         "^dane$",
                                         "terceros",
                                         "filiales",
                                         "^datos$",
                                         NULL};
static const char *const share_act[] = {"^share",
                                        "^sharing",
                                        "disclos",
                                        "^sell",
                                        "transfer",
                                        "weitergeben",
                                        "weitergegeben",
                                        "^teilen",
                                        "ü"
                                        "bermittel",
                                        "offenleg",
                                        "offengelegt",
                                        "^partag",
                                        "divulg",
                                        "transmi",
                                        "condivid",
                                        "comunica",
                                        "cedere",
                                        "^delen",
                                        "^deelt",
                                        "^gedeeld",
                                        "verstrek",
                                        "doorgeven",
                                        "compartilh",
                                        "^partilh",
                                        "udostępni",
                                        "przekazuj",
                                        "ujawni",
                                        "compart",
                                        "^ceder",
                                        NULL};

static const struct pattern patterns[OFS_TOPICS] = {
    [OFS_TOPIC_AI_TRAINING] = {ai_strong, ai_what, ai_act},
    [OFS_TOPIC_DATA_SHARING] = {share_strong, share_what, share_act},
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bool has(const char *text, const char *pattern)
{
    bool starts = *pattern == '^';
    pattern += starts;
    size_t n = strlen(pattern);
    bool ends = pattern[n - 1] == '$';
    char bare[64];
    n -= ends;
    memcpy(bare, pattern, n);
    bare[n] = '\0';
    for (const char *p = strstr(text, bare); p; p = strstr(p + 1, bare))
        if ((!starts || p == text || !is_letter(p[-1])) && (!ends || !is_letter(p[n])))
            return true;
    return false;
}

static bool has_any(const char *text, const char *const *list)
{
    for (; *list; list++)
        if (has(text, *list))
            return true;
    return false;
}

static bool speaks_of(const struct ofs_sentence *s, enum ofs_topic topic)
{
    const struct pattern *p = &patterns[topic];
    char *small = malloc(s->len + 1);
    bool yes = false;
    if (small) {
        ofs_normal_lower(s->text, s->len, small, s->len + 1);
        yes = has_any(small, p->strong) || (has_any(small, p->what) && has_any(small, p->act));
    }
    free(small);
    return yes;
}

const struct ofs_sentence *ofs_topic_quote(const struct ofs_sentences *sentences,
                                           enum ofs_topic topic, size_t most)
{
    const struct ofs_sentence *first = NULL;
    for (size_t i = 0; i < sentences->n; i++) {
        const struct ofs_sentence *s = &sentences->list[i];
        if ((first && s->len > most) || !speaks_of(s, topic))
            continue;
        if (s->len <= most)
            return s;
        first = s;
    }
    return first;
}

unsigned ofs_topics_of(const struct ofs_sentences *sentences)
{
    unsigned set = 0;
    for (enum ofs_topic t = 0; t < OFS_TOPICS; t++)
        if (ofs_topic_quote(sentences, t, SIZE_MAX))
            set |= 1u << t;
    return set;
}
