/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "session-house.h"

#include <string.h>

#define HEAD "GET /streams/live HTTP/1.0\r\nHost: h\r\n"

/* What a Play with this secret comes to; the server is full. */
static SpNext
ask (House *house, const char *secret, gboolean *is_canary)
{
  const SpAdmissionLimits limits = { .clients_per_address = 1 };
  g_autofree char *request
      = g_strdup_printf (HEAD NSPLAYER PLAY "%s%s%s\r\n",
                         secret != NULL ? "X-Stream-Pump-Canary: " : "",
                         secret != NULL ? secret : "",
                         secret != NULL ? "\r\n" : "");
  g_autoptr (SpStream) live = sp_registry_lookup (house->registry, "live");
  Line line;
  SpNext next;

  sp_admission_set_limits (house->admission, &limits);
  g_assert_true (sp_admission_enter (
      house->admission, live, house->peer.address, NULL, START, NULL));
  line_open (&line, house);
  line_feed (&line, request, strlen (request), 1);
  next = line.outbox.next;
  *is_canary = line.outbox.is_canary;
  line_close (&line);
  sp_admission_leave (house->admission, live, house->peer.address);
  g_assert_cmpuint (sp_admission_count (house->admission), ==, 0);
  return next;
}

static void
test_the_pump_itself (void)
{
  House house;
  gboolean is_canary;

  house_open (&house);
  g_assert_cmpuint (strlen (house.service->canary_secret), ==, 32);
  g_assert_cmpint (
      ask (&house, house.service->canary_secret, &is_canary), ==, SP_NEXT_VIEW);
  g_assert_true (is_canary);
  house_close (&house);
}

static void
test_others (void)
{
  House house;
  gboolean is_canary;
  g_autofree char *wrong = NULL;
  g_autofree char *short_one = NULL;
  const char *secrets[4] = { NULL, "" };

  house_open (&house);
  wrong = g_strdup (house.service->canary_secret);
  wrong[31] = wrong[31] == '0' ? '1' : '0';
  short_one = g_strndup (wrong, 31);
  secrets[2] = wrong;
  secrets[3] = short_one;
  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      g_assert_cmpint (ask (&house, secrets[i], &is_canary), ==, SP_NEXT_CLOSE);
      g_assert_false (is_canary);
    }
  house_close (&house);
}

/* Two starts, two secrets. */
static void
test_secrets_differ (void)
{
  House one;
  House two;

  house_open (&one);
  house_open (&two);
  g_assert_cmpstr (one.service->canary_secret, !=, two.service->canary_secret);
  house_close (&one);
  house_close (&two);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/canary-session/the-pump-itself", test_the_pump_itself);
  g_test_add_func ("/canary-session/others", test_others);
  g_test_add_func ("/canary-session/secrets-differ", test_secrets_differ);
  return g_test_run ();
}
