/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl.h"

#include "sp-json-build.h"

#include <glib/gi18n.h>

/** What the command line says. */
typedef struct
{
  gint64 client; /* 0: not given */
  char *stream;
  char *address;
  char *external_id;
  gint64 ban_s; /* 0: none */
} Wish;

static void
wish_clear (Wish *wish)
{
  g_free (wish->stream);
  g_free (wish->address);
  g_free (wish->external_id);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wish, wish_clear)

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  if (value != NULL)
    sp_json_build_string (builder, name, value);
}

static void
add_integer (JsonBuilder *builder, const char *name, gint64 value)
{
  if (value != 0)
    sp_json_build_integer (builder, name, (guint64)value);
}

static char *
make_body (const Wish *wish)
{
  JsonBuilder *builder = sp_json_build_new ();

  add_integer (builder, "client", wish->client);
  add_string (builder, "stream", wish->stream);
  add_string (builder, "address", wish->address);
  add_string (builder, "external_id", wish->external_id);
  add_integer (builder, "ban_seconds", wish->ban_s);
  return sp_ctl_build (builder);
}

static int
kick (SpCtl *ctl, const Wish *wish)
{
  g_autofree char *body = make_body (wish);
  int status;
  g_autoptr (SpCtlAnswer) answer
      = sp_ctl_ask (ctl, "POST", "/admin/kick", body, &status);
  guint kicked;

  if (answer == NULL)
    return status;
  kicked = (guint)MIN (
      sp_ctl_view_number (sp_ctl_answer_object (answer), "kicked"), G_MAXUINT);
  if (!ctl->options.is_json)
    g_print (g_dngettext (GETTEXT_PACKAGE,
                          "%u client was kicked\n",
                          "%u clients were kicked\n",
                          kicked),
             kicked);
  return kicked > 0 ? status : SP_CTL_EXIT_REFUSED;
}

/** sp_ctl_run_kick: POST /admin/kick; never without saying whom. */
int
sp_ctl_run_kick (SpCtl *ctl, int argc, char **argv)
{
  g_auto (Wish) wish = { 0 };
  const GOptionEntry entries[] = { { "client",
                                     0,
                                     0,
                                     G_OPTION_ARG_INT64,
                                     &wish.client,
                                     N_ ("The client ID"),
                                     N_ ("ID") },
                                   { "stream",
                                     0,
                                     0,
                                     G_OPTION_ARG_STRING,
                                     &wish.stream,
                                     N_ ("All of the stream PATH"),
                                     N_ ("PATH") },
                                   { "address",
                                     0,
                                     0,
                                     G_OPTION_ARG_STRING,
                                     &wish.address,
                                     N_ ("All of the address or network CIDR"),
                                     N_ ("CIDR") },
                                   { "external-id",
                                     0,
                                     0,
                                     G_OPTION_ARG_STRING,
                                     &wish.external_id,
                                     N_ ("All with the external id ID"),
                                     N_ ("ID") },
                                   { "ban",
                                     0,
                                     0,
                                     G_OPTION_ARG_INT64,
                                     &wish.ban_s,
                                     N_ ("And refuse them for SECONDS"),
                                     N_ ("SECONDS") },
                                   { NULL } };
  guint n_given;
  int status;

  if (!sp_ctl_parse (ctl, entries, &argc, &argv, &status))
    return status;
  if (!sp_ctl_has_arguments (argc, argv, 0, 0))
    return SP_CTL_EXIT_USAGE;
  n_given = (wish.client != 0) + (wish.stream != NULL) + (wish.address != NULL)
            + (wish.external_id != NULL);
  if (n_given != 1)
    return sp_ctl_bad_usage (
        argv[0],
        _ ("give one of --client, --stream, --address and --external-id"));
  if (wish.client < 0 || wish.ban_s < 0)
    return sp_ctl_bad_usage (argv[0], _ ("a number must not be negative"));
  return kick (ctl, &wish);
}
