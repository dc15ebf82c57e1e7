#include "rehearsal/catalogue.h"

#include <stdio.h>
#include <string.h>

const struct site_words site_words[SITE_LANGS] = {
    [SITE_EN] = {"en", "On", "Off", "Yes", "No", "Your change has been saved.",
                 "Something went wrong. Please try again.", "Back", "Do not allow: "},
    [SITE_DE] = {"de", "Ein", "Aus", "Ja", "Nein", "Ihre Änderung wurde gespeichert.",
                 "Ein Fehler ist aufgetreten. Bitte versuchen Sie es erneut.", "Zurück",
                 "Nicht erlauben: "},
    [SITE_FR] = {"fr", "Activé", "Désactivé", "Oui", "Non", "Votre modification a été enregistrée.",
                 "Une erreur s'est produite. Veuillez réessayer.", "Retour", "Ne pas autoriser : "},
    [SITE_IT] = {"it", "Attivato", "Disattivato", "Sì", "No", "La modifica è stata salvata.",
                 "Si è verificato un errore. Riprova.", "Indietro", "Non consentire: "},
    [SITE_NL] = {"nl", "Aan", "Uit", "Ja", "Nee", "Uw wijziging is opgeslagen.",
                 "Er is iets misgegaan. Probeer het opnieuw.", "Terug", "Niet toestaan: "},
    [SITE_PT] = {"pt", "Ativado", "Desativado", "Sim", "Não", "Sua alteração foi salva.",
                 "Ocorreu um erro. Tente novamente.", "Voltar", "Não permitir: "},
    [SITE_PL] = {"pl", "Wł.", "Wył.", "Tak", "Nie", "Zmiana została zapisana.",
                 "Coś poszło nie tak. Spróbuj ponownie.", "Wstecz", "Nie zezwalaj: "},
    [SITE_ES] = {"es", "Activado", "Desactivado", "Sí", "No", "Se ha guardado el cambio.",
                 "Se ha producido un error. Inténtalo de nuevo.", "Atrás", "No permitir: "},
    [SITE_JA] = {"ja", "オン", "オフ", "はい", "いいえ", "変更を保存しました。",
                 "エラーが発生しました。もう一度お試しください。", "戻る", "許可しない："},
};

const struct site_setting site_settings[SITE_SETTINGS] = {
    {
        .id = "data-for-ai-improvement",
        .slug = "settings/data-for-ai-improvement",
        .key = "allowDataForGenerativeAI",
        .category = "privacy",
        .row =
            {
                [SITE_EN] = "Data for Generative AI Improvement",
                [SITE_DE] = "Daten zur Verbesserung generativer KI",
                [SITE_FR] = "Données pour l'amélioration de l'IA générative",
                [SITE_IT] = "Dati per migliorare l'IA generativa",
                [SITE_NL] = "Gegevens voor verbetering van generatieve AI",
                [SITE_PT] = "Dados para aprimoramento da IA generativa",
                [SITE_PL] = "Dane na potrzeby ulepszania generatywnej sztucznej inteligencji",
                [SITE_ES] = "Datos para mejorar la IA generativa",
                [SITE_JA] = "生成AIの改善のためのデータ",
            },
        .label =
            {
                [SITE_EN] = "Use my data for training content creation AI models",
                [SITE_DE] = "Ihre Daten zum Schulen von KI-Modellen verwenden, um Inhalte zu "
                            "erstellen",
                [SITE_FR] = "Utiliser mes données pour entraîner des modèles d'IA de création de "
                            "contenu",
                [SITE_IT] = "Usa i miei dati per addestrare i modelli di IA per la creazione di "
                            "contenuti",
                [SITE_NL] = "Mijn gegevens gebruiken voor training van AI-modellen waarmee content "
                            "wordt gemaakt",
                [SITE_PT] = "Usar meus dados para treinar modelos de IA para criar conteúdos",
                [SITE_PL] = "Użyj moich danych do trenowania modeli AI służących do tworzenia "
                            "treści",
                [SITE_JA] = "コンテンツを作成するAIモデルのトレーニングに自分のデータを使用する",
            },
        .text =
            "When this setting is on, LinkedIn can use your data and content to train "
            "content-generating AI models that are used in product features. The data we use for "
            "this purpose does not include your private messages.",
    },
    {
        .id = "ai-creation-tools",
        .slug = "settings/ai-writing-tools",
        .key = "profileComposerAssist7f2c19",
        .category = "privacy",
        .row = {[SITE_EN] = "AI creation tools for your profile and messages",
                [SITE_JA] = "プロフィールとメッセージの文章作成支援"},
        .label = {[SITE_EN] = "AI creation tools for your profile and messages",
                  [SITE_JA] = "プロフィールとメッセージの文章作成支援"},
        .text = "When this setting is on, tools that use AI can suggest texts for your profile and "
                "your messages.",
    },
    {
        .id = "policy-and-academic-research",
        .slug = "settings/policy-and-academic-research",
        .key = "allowAnonymizedDataResearch",
        .category = "privacy",
        .row = {"Social, economic, and workplace research"},
        .label = {"Use data for research"},
        .text = "When this setting is on, trusted partners can use some of your data for research.",
    },
    {
        .id = "share-data-with-select-partners",
        .slug = "settings/share-data-with-select-partners",
        .key = "shareDataWithTrustedPartners",
        .category = "privacy",
        .row = {"Share data with affiliates and partners"},
        .label = {"Share data with affiliates and partners"},
        .text =
            "When this setting is on, some of your data is shared with affiliates and partners.",
    },
    {
        .id = "linkedin-promotions/ads",
        .slug = "settings/linkedin-promotions",
        .key = "allowProfileAndActivityDataForMarketingAds",
        .category = "ads",
        .row = {"LinkedIn promotions"},
        .label = {"Use profile and activity data to promote LinkedIn to me"},
        .text = "Choose how LinkedIn promotes its own products to you.",
    },
    {
        .id = "linkedin-promotions/email",
        .slug = "settings/linkedin-promotions",
        .key = "tipsForUsingLinkedinViaEmail",
        .category = "ads",
        .row = {"LinkedIn promotions"},
        .label = {"Tips for using LinkedIn by email"},
        .text = "Choose how LinkedIn promotes its own products to you.",
    },
    {
        .id = "ads-by-age",
        .slug = "settings/ads-by-age",
        .key = "allowAdsByAge",
        .category = "ads",
        .row = {"Use your age range for ads"},
        .label = {"Use your age range for ads"},
        .text = "When this setting is on, your age range helps to choose the ads that you see.",
    },
    {
        .id = "ads-by-gender",
        .slug = "settings/ads-by-gender",
        .key = "allowAdsByGender",
        .category = "ads",
        .row = {"Use your gender for ads"},
        .label = {"Use your gender for ads"},
        .text = "When this setting is on, your gender helps to choose the ads that you see.",
    },
    {
        .id = "ads-beyond-linkedin",
        .slug = "settings/ads-beyond-linkedin",
        .key = "allowLinkedInAudienceNetwork",
        .category = "ads",
        .row = {"Ads outside of LinkedIn"},
        .label = {"Ads outside of LinkedIn"},
        .text = "When this setting is on, you can be shown ads on other sites and applications.",
    },
    {
        .id = "ads-interactions-with-business",
        .slug = "settings/ads-interactions-with-business",
        .key = "allowUseOfThirdPartyData",
        .category = "ads",
        .row = {"Use data you've given to businesses"},
        .label = {"Use data you've given to businesses"},
        .text = "When this setting is on, data that you gave to businesses helps to choose the ads "
                "that you see.",
    },
    {
        .id = "ads-related-actions",
        .slug = "settings/ads-related-actions",
        .key = "allowConversionTrackings",
        .category = "ads",
        .row = {"Use your data for ad insights"},
        .label = {"Use your data for ad insights"},
        .text = "When this setting is on, advertisers learn in sum what people did after an ad.",
    },
    {
        .id = "ads-inferred-location",
        .slug = "settings/ads-inferred-location",
        .key = "allowIpToPersonalizeAds",
        .category = "ads",
        .row = {"Inferred city location"},
        .label = {"Use your inferred city location for ads"},
        .text =
            "When this setting is on, the city that your address on the network points to helps "
            "to choose the ads that you see.",
    },
    {
        .id = "interest-categories",
        .slug = "interest-categories",
        .key = "adsPrivacyAllowInterestsAndBehaviors",
        .category = "ads",
        .row = {"Interests and traits"},
        .label = {"Interests and traits"},
        .text = "When this setting is on, interests and traits that are inferred from what you do "
                "help to choose the ads that you see.",
    },
    {
        .id = "member-cookies",
        .slug = "member-cookies",
        .key = "nonEssentialCookieConsent",
        .input_id = "nonEssentialCookieConsent",
        .category = "privacy",
        .row = {"Manage cookie preferences"},
        .label = {"Allow non-essential cookies"},
        .text = "Essential cookies are always on. Choose whether other cookies may be used.",
    },
};

const struct site_category site_categories[] = {
    {"account", "Account preferences", "アカウント設定"},
    {"sign-in-and-security", "Sign in & security", "サインインとセキュリティ"},
    {"profile-visibility", "Visibility", "公開範囲"},
    {"privacy", "Data privacy", "データのプライバシー"},
    {"ads", "Advertising data", "広告データ"},
    {"notifications", "Notifications", "お知らせ"},
    {NULL, NULL, NULL},
};

const struct site_neighbour site_neighbours[] = {
    {"account", "settings/name-location-industry", "Name, location, and industry", false},
    {"account", "settings/demographic-info", "Personal demographic information", false},
    {"account", "settings/verifications", "Verifications", false},
    {"account", "settings/dark-mode", "Dark mode", false},
    {"account", "settings/language", "Language", false},
    {"account", "settings/content-language", "Content language", false},
    {"account", "settings/autoplay-videos", "Autoplay videos", false},
    {"account", "settings/sound-effects", "Sound effects", false},
    {"account", "settings/showing-profile-photos", "Showing profile photos", false},
    {"account", "settings/feed-preferences", "Preferred feed view", false},
    {"account", "settings/people-also-viewed", "People also viewed", false},
    {"account", "settings/sync-calendar", "Sync calendar", false},
    {"account", "settings/sync-contacts", "Sync contacts", false},
    {"account", "settings/purchase-history", "View purchase history", false},
    {"account", "settings/partner-services", "Partners and services", false},
    {"account", "hibernate-account", "Hibernate account", true},
    {"account", "close-accounts", "Close account", true},

    {"sign-in-and-security", "manage-email-addresses", "Email addresses", false},
    {"sign-in-and-security", "manage-phone-numbers", "Phone numbers", false},
    {"sign-in-and-security", "change-password", "Change password", false},
    {"sign-in-and-security", "settings/passkeys", "Passkeys", false},
    {"sign-in-and-security", "active-sessions", "Where you're signed in", false},
    {"sign-in-and-security", "trusted-devices", "Devices that remember your password", false},
    {"sign-in-and-security", "settings/two-step-verification", "Two-step verification", false},
    {"sign-in-and-security", "settings/app-lock", "App lock", false},
    {"sign-in-and-security", "settings/sign-in-alerts", "Sign-in alerts", false},
    {"sign-in-and-security", "settings/recovery-codes", "Recovery codes", false},
    {"sign-in-and-security", "settings/secure-links", "Warn about unsafe links", false},
    {"sign-in-and-security", "settings/session-length", "Stay signed in", false},
    {"sign-in-and-security", "settings/security-keys", "Security keys", false},
    {"sign-in-and-security", "settings/third-party-sign-in", "Sign in with other accounts", false},
    {"sign-in-and-security", "settings/login-history", "Sign-in history", false},
    {"sign-in-and-security", "settings/backup-email", "Backup email address", false},

    {"profile-visibility", "profile-viewing-options", "Profile viewing options", false},
    {"profile-visibility", "settings/page-visit-visibility", "Page visit visibility", false},
    {"profile-visibility", "public-profile", "Edit your public profile", false},
    {"profile-visibility", "email-visibility", "Who can see or download your email", false},
    {"profile-visibility", "settings/connections-visibility", "Who can see connections", false},
    {"profile-visibility", "settings/followed-members", "Who can see members you follow", false},
    {"profile-visibility", "settings/last-name", "Who can see your last name", false},
    {"profile-visibility", "settings/off-linkedin", "Profile discovery off LinkedIn", false},
    {"profile-visibility", "discovery-by-email", "Profile discovery by email address", false},
    {"profile-visibility", "discovery-by-phone", "Profile discovery by phone number", false},
    {"profile-visibility", "settings/blocking", "Blocking", false},
    {"profile-visibility", "settings/active-status", "Manage active status", false},
    {"profile-visibility", "settings/share-updates", "Share profile updates", false},
    {"profile-visibility", "settings/notify-news", "Notify when in the news", false},
    {"profile-visibility", "settings/mentions", "Mentions or tags", false},
    {"profile-visibility", "settings/followers", "Followers", false},

    {"privacy", "manage-by-linkedin", "Manage your data and activity", false},
    {"privacy", "download-my-data", "Get a copy of your data", false},
    {"privacy", "settings/search-history", "Search history", false},
    {"privacy", "settings/salary-data", "Salary data on LinkedIn", false},
    {"privacy", "settings/research-invites", "Research invites", false},
    {"privacy", "settings/conversation-starters", "AI-powered conversation starters", false},
    {"privacy", "settings/job-applications", "Job application settings", false},
    {"privacy", "settings/signal-interest", "Signal your interest to recruiters", false},
    {"privacy", "settings/stored-applicant", "Stored job applicant accounts", false},
    {"privacy", "settings/invitations", "Invitations to connect", false},
    {"privacy", "settings/read-receipts", "Read receipts and typing indicators", false},
    {"privacy", "settings/permitted-services", "Permitted services", false},
    {"privacy", "settings/agent-models", SITE_AGENT_TEXT, false},

    {"ads", "settings/ads-by-connections", "Connections", false},
    {"ads", "settings/ads-by-companies", "Companies you follow", false},
    {"ads", "settings/ads-by-groups", "Groups", false},
    {"ads", "settings/ads-by-education", "Education and skills", false},
    {"ads", "settings/ads-by-job", "Job information", false},
    {"ads", "settings/ads-by-employer", "Employer", false},
    {"ads", "settings/ads-audience-insights", "Audience insights for websites you visit", false},
    {"ads", "settings/ads-by-location", "Profile location", false},

    {"notifications", "notifications/job-search", "Searching for a job", false},
    {"notifications", "notifications/hiring", "Hiring someone", false},
    {"notifications", "notifications/connecting", "Connecting with others", false},
    {"notifications", "notifications/catch-up", "Network catch-up updates", false},
    {"notifications", "notifications/posting", "Posting and commenting", false},
    {"notifications", "notifications/messaging", "Messaging", false},
    {"notifications", "notifications/groups", "Groups", false},
    {"notifications", "notifications/pages", "Pages", false},
    {"notifications", "notifications/events", "Attending events", false},
    {"notifications", "notifications/news", "News and reports", false},
    {"notifications", "notifications/profile", "Updating your profile", false},
    {"notifications", "notifications/verification", "Verification", false},
    {"notifications", "notifications/games", "Games", false},
    {"notifications", "notifications/services", "Services", false},
    {"notifications", "notifications/learning", "Learning", false},
    {"notifications", "notifications/offers", "Offers", false},
    {NULL, NULL, NULL, false},
};

int site_setting_by_id(const char *id)
{
    for (int i = 0; i < SITE_SETTINGS; i++)
        if (!strcmp(site_settings[i].id, id))
            return i;
    return -1;
}

int site_setting_by_key(const char *key)
{
    for (int i = 0; i < SITE_SETTINGS; i++)
        if (!strcmp(site_settings[i].key, key))
            return i;
    return -1;
}

int site_setting_by_slug(const char *slug, int after)
{
    for (int i = after + 1; i < SITE_SETTINGS; i++)
        if (!strcmp(site_settings[i].slug, slug))
            return i;
    return -1;
}

/* A text of the site: its own in that language, or the English one; in Japanese, which has no
 * English text, "item N". */
static const char *text_in(const char *const texts[SITE_LANGS], enum site_lang lang, long number)
{
    static char japanese[2][64];
    static int turn;
    if (texts[lang])
        return texts[lang];
    if (lang != SITE_JA)
        return texts[SITE_EN];
    turn = !turn; /* a row and a label may be asked for together */
    snprintf(japanese[turn], sizeof japanese[turn], "設定項目 %ld", number);
    return japanese[turn];
}

const char *site_setting_row(int setting, enum site_lang lang)
{
    return text_in(site_settings[setting].row, lang, setting);
}

const char *site_setting_label(int setting, enum site_lang lang)
{
    return text_in(site_settings[setting].label, lang, setting);
}

const char *site_category_title(const struct site_category *category, enum site_lang lang)
{
    return lang == SITE_JA ? category->title_ja : category->title;
}

const char *site_neighbour_text(const struct site_neighbour *neighbour, enum site_lang lang)
{
    const char *texts[SITE_LANGS] = {[SITE_EN] = neighbour->text};
    return text_in(texts, lang, SITE_SETTINGS + (neighbour - site_neighbours));
}

const struct site_category *site_category_by_slug(const char *slug)
{
    for (const struct site_category *c = site_categories; c->slug; c++)
        if (!strcmp(c->slug, slug))
            return c;
    return NULL;
}

const struct site_neighbour *site_neighbour_by_slug(const char *slug)
{
    for (const struct site_neighbour *n = site_neighbours; n->slug; n++)
        if (!strcmp(n->slug, slug))
            return n;
    return NULL;
}

int site_lang_by_code(const char *code)
{
    for (int i = 0; i < SITE_LANGS; i++)
        if (!strcmp(site_words[i].code, code))
            return i;
    return -1;
}
