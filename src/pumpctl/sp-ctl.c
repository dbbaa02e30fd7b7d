/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl.h"

#include "sp-ctl-text.h"
#include "sp-error.h"
#include "sp-json-build.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
sp_ctl_bad_usage (const char *command, const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *harmless = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  harmless = sp_ctl_text_escape (message, -1);
  g_printerr ("pumpctl: %s\n", harmless);
  if (command != NULL)
    g_printerr (_ ("Try 'pumpctl %s --help'.\n"), command);
  else
    g_printerr (_ ("Try 'pumpctl --help'.\n"));
  return SP_CTL_EXIT_USAGE;
}

/** sp_ctl_parse: options may stand before and behind the command's name. What
 * remains is valid UTF-8. */
gboolean
sp_ctl_parse (SpCtl *ctl,
              const GOptionEntry *entries,
              int *argc,
              char ***argv,
              int *status)
{
  const SpCtlCommand *command = sp_ctl_find ((*argv)[0]);
  g_autofree char *usage
      = g_strjoin (" ",
                   command->name,
                   *command->arguments != '\0' ? _ (command->arguments) : "",
                   NULL);
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  GOptionEntry common[SP_CTL_N_OPTIONS];
  g_autoptr (GError) error = NULL;

  *status = SP_CTL_EXIT_USAGE;
  sp_ctl_options_entries (&ctl->options, common);
  g_option_context_set_summary (context, _ (command->summary));
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, common, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      (void)sp_ctl_bad_usage (command->name, "%s", error->message);
      return FALSE;
    }
  if (ctl->options.is_no_color)
    ctl->style.is_color = FALSE;
  for (int i = 1; i < *argc; i++)
    if (!g_utf8_validate ((*argv)[i], -1, NULL))
      {
        (void)sp_ctl_bad_usage (
            command->name, _ ("'%s' is not UTF-8"), (*argv)[i]);
        return FALSE;
      }
  return TRUE;
}

gboolean
sp_ctl_has_arguments (int argc, char **argv, int least, int most)
{
  if (argc - 1 > most)
    (void)sp_ctl_bad_usage (
        argv[0], _ ("'%s' is one argument too many"), argv[most + 1]);
  else if (argc - 1 < least)
    (void)sp_ctl_bad_usage (argv[0], _ ("an argument is missing"));
  else
    return TRUE;
  return FALSE;
}

gboolean
sp_ctl_open (SpCtl *ctl, int *status)
{
  const char *token_file = ctl->options.token_file;
  g_autoptr (SpCtlTarget) target = NULL;
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;

  if (ctl->client != NULL)
    return TRUE;
  *status = SP_CTL_EXIT_USAGE;
  target = sp_ctl_options_target (
      &ctl->options,
      g_getenv ("PUMPCTL_URL"),
      g_file_test (SP_CTL_DEFAULT_SOCKET, G_FILE_TEST_EXISTS),
      &error);
  if (token_file == NULL)
    token_file = g_getenv ("PUMPCTL_TOKEN_FILE");
  if (target != NULL && token_file != NULL && *token_file != '\0')
    token = sp_ctl_options_read_token (token_file, &error);
  if (error != NULL)
    {
      (void)sp_ctl_bad_usage (NULL, "%s", error->message);
      return FALSE;
    }
  ctl->client = sp_ctl_client_new (g_steal_pointer (&target), token);
  return TRUE;
}

static char *
complain_unreachable (SpCtl *ctl, const GError *error)
{
  const SpCtlTarget *target = sp_ctl_client_target (ctl->client);
  g_autofree char *name = sp_ctl_text_escape (sp_ctl_target_name (target), -1);
  g_autofree char *why = sp_ctl_text_escape (error->message, -1);
  const char *hint
      = _ ("Does it run (systemctl status stream-pump)? Is this its admin "
           "address\n(\"admin\" in stream-pump.json)? --url, --socket and "
           "PUMPCTL_URL name another.");

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    hint = _ ("Only those who may write to the socket may ask: try as root.");
  else if (error->domain == G_TLS_ERROR)
    hint = _ ("Its certificate must be one that this machine trusts, for "
              "the name in --url.");
  return g_strdup_printf (
      _ ("cannot reach the pump at %s: %s\n%s"), name, why, hint);
}

/* "detail" and "problems" of RFC 9457, if it has them. */
static char *
complain_refused (const SpCtlAnswer *answer)
{
  JsonObject *object = sp_ctl_answer_object (answer);
  JsonArray *problems = sp_ctl_view_array (object, "problems");
  const char *detail = sp_ctl_view_word (object, "detail");
  guint n_problems = problems != NULL ? json_array_get_length (problems) : 0;
  g_autofree char *harmless
      = detail != NULL ? sp_ctl_text_escape (detail, -1)
                       : g_strdup_printf (_ ("the pump answers with status %u"),
                                          answer->status);
  GString *text = g_string_new (harmless);

  for (guint i = 0; i < n_problems; i++)
    {
      JsonNode *node = json_array_get_element (problems, i);
      const char *problem
          = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
      g_autofree char *line
          = sp_ctl_text_escape (problem != NULL ? problem : "-", -1);

      g_string_append_printf (text, "\n  %s", line);
    }
  if (answer->status == 401)
    g_string_append_printf (text,
                            "\n%s",
                            _ ("--token-file or PUMPCTL_TOKEN_FILE names the "
                               "file with the token."));
  return g_string_free (text, FALSE);
}

/* Of a pump, or of what guards it. */
static gboolean
is_refusal (const SpCtlAnswer *answer)
{
  return answer->status >= 400
         && (answer->json != NULL || answer->status == 401
             || answer->status == 403);
}

char *
sp_ctl_complaint (SpCtl *ctl, const SpCtlAnswer *answer, const GError *error)
{
  g_autoptr (GError) strange = NULL;

  if (answer == NULL)
    return complain_unreachable (ctl, error);
  if (is_refusal (answer))
    return complain_refused (answer);
  if (answer->status >= 200 && answer->status < 300
      && (answer->json != NULL || answer->status == 204))
    return NULL;
  (void)sp_error_set (&strange,
                      SP_ERROR_PROTOCOL,
                      _ ("what answers there (status %u) is no pump"),
                      answer->status);
  return complain_unreachable (ctl, strange);
}

int
sp_ctl_judge (SpCtl *ctl, const SpCtlAnswer *answer, const GError *error)
{
  g_autofree char *complaint = sp_ctl_complaint (ctl, answer, error);

  if (complaint == NULL)
    return SP_CTL_EXIT_OK;
  g_printerr ("pumpctl: %s\n", complaint);
  return answer != NULL && is_refusal (answer) ? SP_CTL_EXIT_REFUSED
                                               : SP_CTL_EXIT_UNREACHABLE;
}

static SpCtlAnswer *
ask (SpCtl *ctl,
     const char *method,
     const char *path,
     const char *body,
     gboolean is_shown,
     int *status)
{
  g_autoptr (SpCtlAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;

  if (!sp_ctl_open (ctl, status))
    return NULL;
  answer = sp_ctl_client_ask (ctl->client, method, path, body, &error);
  *status = sp_ctl_judge (ctl, answer, error);
  if (is_shown && answer != NULL && answer->json != NULL)
    sp_ctl_print_json (answer->body, answer->len);
  return *status == SP_CTL_EXIT_OK ? g_steal_pointer (&answer) : NULL;
}

SpCtlAnswer *
sp_ctl_ask (SpCtl *ctl,
            const char *method,
            const char *path,
            const char *body,
            int *status)
{
  return ask (ctl, method, path, body, ctl->options.is_json, status);
}

SpCtlAnswer *
sp_ctl_ask_silently (SpCtl *ctl, const char *path, int *status)
{
  return ask (ctl, "GET", path, NULL, FALSE, status);
}

void
sp_ctl_print_table (SpCtl *ctl, SpCtlTable *table)
{
  g_autofree char *text = sp_ctl_table_render (table, &ctl->style);

  g_print ("%s", text);
}

void
sp_ctl_print_section (SpCtl *ctl, SpCtlTable *table)
{
  if (sp_ctl_table_n_rows (table) == 0)
    return;
  g_print ("\n");
  sp_ctl_print_table (ctl, table);
}

/* The few characters that JSON may carry as they are and a terminal obeys; only
 * in strings, where "\u" stands for the same. */
static char *
make_harmless (const char *text, gsize len)
{
  GString *json = g_string_sized_new (len);

  for (const char *at = text; at < text + len; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == 0x7f || (c >= 0x80 && c < 0xa0))
        g_string_append_printf (json, "\\u%04x", c);
      else
        g_string_append_len (json, at, g_utf8_next_char (at) - at);
    }
  return g_string_free (json, FALSE);
}

void
sp_ctl_print_json (const char *text, gsize len)
{
  g_autofree char *harmless
      = isatty (STDOUT_FILENO) ? make_harmless (text, len) : NULL;

  if (harmless != NULL)
    (void)fputs (harmless, stdout);
  else
    (void)fwrite (text, 1, len, stdout);
  if (len == 0 || text[len - 1] != '\n')
    (void)fputc ('\n', stdout);
}

char *
sp_ctl_quote_path (const char *path)
{
  return g_uri_escape_string (path, "/", FALSE);
}

char *
sp_ctl_build (JsonBuilder *builder)
{
  g_autoptr (JsonNode) node = sp_json_build_end (builder);

  g_object_unref (builder);
  return json_to_string (node, FALSE);
}
