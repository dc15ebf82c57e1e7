/*
 * `offswitch help scenario-manual SCHEMA`: the sections of offswitch-scenario(5) that describe the
 * keys, from the schema that the lint checks. Used by the build.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/print.h"

static const cJSON *referred(const cJSON *schema, const cJSON *node)
{
    const char *ref = ofs_json_str(node, "$ref", NULL);
    return ref && !strncmp(ref, "#/", 2) ? ofs_json_at(schema, ref + 2) : NULL;
}

static const cJSON *properties_of(const cJSON *node)
{
    return ofs_json_get(node, "properties");
}

/* Objects have a section of their own; everything else that has a name is a type. */
static bool is_section(const cJSON *definition)
{
    return properties_of(definition) != NULL;
}

static void put_heading(FILE *out, const char *macro, const char *name)
{
    fprintf(out, "%s \"", macro);
    for (const char *p = name; *p; p++)
        fputc(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p, out);
    fputs("\"\n", out);
}

static void put_words(FILE *out, const cJSON *words)
{
    const cJSON *word;
    cJSON_ArrayForEach(word, words)
    {
        fputs(word == words->child ? "" : ", ", out);
        cli_roff(out, word->valuestring ? word->valuestring : "?");
    }
}

static void put_range(FILE *out, const cJSON *node)
{
    double least = ofs_json_num(node, "minimum", -1), most = ofs_json_num(node, "maximum", -1);
    if (least >= 0 && least == most)
        fprintf(out, " %g", least);
    else if (least >= 0 && most >= 0)
        fprintf(out, " from %g to %g", least, most);
}

static void put_type(FILE *out, const cJSON *node)
{
    const char *ref = ofs_json_str(node, "$ref", NULL), *slash = ref ? strrchr(ref, '/') : NULL;
    const char *type = ofs_json_str(node, "type", "any");
    const cJSON *values = ofs_json_get(node, "additionalProperties");
    if (slash) {
        cli_roff(out, slash + 1);
    } else if (ofs_json_get(node, "enum")) {
        fputs("one of ", out);
        put_words(out, ofs_json_get(node, "enum"));
    } else if (!strcmp(type, "array")) {
        fputs("list of ", out);
        put_type(out, ofs_json_get(node, "items"));
    } else if (!strcmp(type, "object") && cJSON_IsObject(values)) {
        fputs("object, each value: ", out);
        put_type(out, values);
    } else {
        cli_roff(out, type);
        put_range(out, node);
    }
}

static bool is_required(const cJSON *object, const char *key)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, ofs_json_get(object, "required"))
    {
        if (one->valuestring && !strcmp(one->valuestring, key))
            return true;
    }
    return false;
}

static void put_text(FILE *out, const char *text)
{
    if (!*text)
        return;
    cli_roff(out, text);
    fputc('\n', out);
}

static void put_default(FILE *out, const cJSON *node)
{
    const cJSON *usual = ofs_json_get(node, "default");
    if (!usual)
        return;
    fputs("Default: ", out);
    if (cJSON_IsArray(usual))
        put_words(out, usual);
    else
        cli_roff(out, usual->valuestring ? usual->valuestring : "?");
    fputs(".\n", out);
}

static void put_keys(FILE *out, const cJSON *schema, const cJSON *object)
{
    const cJSON *node;
    cJSON_ArrayForEach(node, properties_of(object))
    {
        const cJSON *definition = referred(schema, node);
        const char *meaning = ofs_json_str(definition, "description", "");
        fputs(".TP\n.B ", out);
        cli_roff(out, node->string);
        fputs(" \\fR(\\fI", out);
        put_type(out, node);
        fprintf(out, "\\fR%s)\n", is_required(object, node->string) ? ", required" : "");
        put_text(out, ofs_json_str(node, "description", meaning));
        put_default(out, node);
        if (properties_of(node)) {
            fputs(".RS\n", out);
            put_keys(out, schema, node);
            fputs(".RE\n", out);
        }
    }
}

static void put_types(FILE *out, const cJSON *definitions)
{
    const cJSON *node;
    fputs(".SH TYPES\n", out);
    cJSON_ArrayForEach(node, definitions)
    {
        if (is_section(node))
            continue;
        fputs(".TP\n.I ", out);
        cli_roff(out, node->string);
        fputs(" \\fR(", out);
        put_type(out, node);
        fputs(")\n", out);
        put_text(out, ofs_json_str(node, "description", ""));
    }
}

int help_print_scenario_manual(FILE *out, const char *path, struct ofs_error *err)
{
    OFS_AUTO_BUF text = OFS_BUF(1 << 20);
    if (ofs_buf_read_file(&text, path, err))
        return -1;
    OFS_AUTO_JSON schema = ofs_json_parse(ofs_buf_str(&text), text.len, err);
    if (!schema)
        return -1;
    const cJSON *node, *definitions = ofs_json_get(schema, "$defs");
    fputs(".SH KEYS\n", out);
    put_keys(out, schema, schema);
    cJSON_ArrayForEach(node, definitions)
    {
        if (!is_section(node))
            continue;
        put_heading(out, ".SH", node->string);
        put_text(out, ofs_json_str(node, "description", ""));
        put_keys(out, schema, node);
    }
    put_types(out, definitions);
    return 0;
}
