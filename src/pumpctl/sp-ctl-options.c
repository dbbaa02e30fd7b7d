/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-options.h"

#include "sp-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_TOKEN 4096 /* bytes of its file */

void
sp_ctl_options_entries (SpCtlOptions *options,
                        GOptionEntry entries[SP_CTL_N_OPTIONS])
{
  const GOptionEntry own[SP_CTL_N_OPTIONS]
      = { { "url",
            'u',
            0,
            G_OPTION_ARG_STRING,
            &options->url,
            N_ ("Ask the pump at URL"),
            N_ ("URL") },
          { "socket",
            's',
            0,
            G_OPTION_ARG_FILENAME,
            &options->socket,
            N_ ("Ask the pump behind the Unix socket PATH"),
            N_ ("PATH") },
          { "token-file",
            't',
            0,
            G_OPTION_ARG_FILENAME,
            &options->token_file,
            N_ ("Show the token that is the first line of FILE"),
            N_ ("FILE") },
          { "json",
            'j',
            0,
            G_OPTION_ARG_NONE,
            &options->is_json,
            N_ ("Print the JSON of the pump as it is"),
            NULL },
          { "no-color",
            0,
            0,
            G_OPTION_ARG_NONE,
            &options->is_no_color,
            N_ ("Print without colours"),
            NULL },
          { "version",
            0,
            0,
            G_OPTION_ARG_NONE,
            &options->is_version,
            N_ ("Print the version and leave"),
            NULL },
          { NULL } };

  memcpy (entries, own, sizeof own);
}

SpCtlTarget *
sp_ctl_options_target (const SpCtlOptions *options,
                       const char *environment_url,
                       gboolean has_socket,
                       GError **error)
{
  if (options->url != NULL && options->socket != NULL)
    {
      (void)sp_error_set (error,
                          SP_ERROR_CONFIG,
                          _ ("--url and --socket say two places; give one"));
      return NULL;
    }
  if (options->socket != NULL)
    return sp_ctl_target_new (NULL, options->socket, error);
  if (options->url != NULL)
    return sp_ctl_target_new (options->url, NULL, error);
  if (environment_url != NULL && *environment_url != '\0')
    return sp_ctl_target_new (environment_url, NULL, error);
  if (has_socket)
    return sp_ctl_target_new (NULL, SP_CTL_DEFAULT_SOCKET, error);
  return sp_ctl_target_new (SP_CTL_DEFAULT_URL, NULL, error);
}

/* Never more than it may have, whatever the file is. */
static char *
read_start (const char *file, GError **error)
{
  g_autoptr (GFile) place = g_file_new_for_path (file);
  g_autoptr (GFileInputStream) stream = g_file_read (place, NULL, error);
  g_autofree char *text = g_malloc0 (MAX_TOKEN + 1);

  if (stream == NULL
      || !g_input_stream_read_all (
          G_INPUT_STREAM (stream), text, MAX_TOKEN, NULL, NULL, error))
    return NULL;
  return g_steal_pointer (&text);
}

char *
sp_ctl_options_read_token (const char *file, GError **error)
{
  g_autofree char *text = read_start (file, error);

  if (text == NULL)
    {
      g_prefix_error (error, _ ("the token's file '%s': "), file);
      return NULL;
    }
  text[strcspn (text, "\r\n")] = '\0';
  g_strstrip (text);
  if (*text == '\0')
    {
      (void)sp_error_set (
          error, SP_ERROR_CONFIG, _ ("the token's file '%s' is empty"), file);
      return NULL;
    }
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_isgraph (*at))
      {
        (void)sp_error_set (error,
                            SP_ERROR_CONFIG,
                            _ ("the token in '%s' has a character that none "
                               "may have"),
                            file);
        return NULL;
      }
  return g_steal_pointer (&text);
}

void
sp_ctl_options_clear (SpCtlOptions *options)
{
  g_clear_pointer (&options->url, g_free);
  g_clear_pointer (&options->socket, g_free);
  g_clear_pointer (&options->token_file, g_free);
}
