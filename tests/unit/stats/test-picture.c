/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-control.h"
#include "sp-picture.h"
#include "sp-test.h"

#define READERS 4
#define TURNS 10000

static void
add_stream (SpPicture *picture, guint index)
{
  SpStreamInfo *info = g_new0 (SpStreamInfo, 1);

  info->index = index;
  info->path = g_strdup_printf ("s%u", index);
  g_ptr_array_add (picture->streams, info);
}

static void
add_client (SpPicture *picture, guint stream_index, guint64 id)
{
  SpClientInfo *info = g_new0 (SpClientInfo, 1);

  info->stream_index = stream_index;
  info->id = id;
  g_ptr_array_add (picture->clients, info);
}

static void
test_sorts (void)
{
  static const guint expected[][2]
      = { { 1, 3 }, { 1, 12 }, { 2, 1 }, { 7, 2 } };
  g_autoptr (SpPicture) picture = sp_picture_new ();

  g_assert_null (picture->clients);
  picture->clients
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_client_info_free);
  add_stream (picture, 7);
  add_stream (picture, 1);
  add_stream (picture, 2);
  add_client (picture, 7, 2);
  add_client (picture, 1, 12);
  add_client (picture, 2, 1);
  add_client (picture, 1, 3);
  sp_picture_sort (picture);
  g_assert_cmpuint (((SpStreamInfo *)picture->streams->pdata[0])->index, ==, 1);
  g_assert_cmpuint (((SpStreamInfo *)picture->streams->pdata[2])->index, ==, 7);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const SpClientInfo *client = picture->clients->pdata[i];

      g_assert_cmpuint (client->stream_index, ==, expected[i][0]);
      g_assert_cmpuint (client->id, ==, expected[i][1]);
    }
}

static void
test_sorts_without_clients (void)
{
  g_autoptr (SpPicture) picture = sp_picture_new ();

  sp_picture_sort (picture);
  g_assert_null (picture->clients);
}

static gpointer
run_reader (gpointer data)
{
  for (guint i = 0; i < TURNS; i++)
    {
      g_autoptr (SpPicture) picture = sp_picture_ref (data);

      g_assert_cmpuint (picture->streams->len, ==, 1);
    }
  sp_picture_unref (data);
  return NULL;
}

/* The last one to let go frees it, whoever that is. */
static void
test_is_shared (void)
{
  SpPicture *picture = sp_picture_new ();
  GThread *threads[READERS];

  add_stream (picture, 1);
  for (guint i = 0; i < READERS; i++)
    threads[i] = g_thread_new ("reader", run_reader, sp_picture_ref (picture));
  sp_picture_unref (picture);
  for (guint i = 0; i < READERS; i++)
    g_thread_join (threads[i]);
}

static void
test_report (void)
{
  g_autoptr (SpReloadReport) report = sp_reload_report_new ();

  g_assert_cmpuint (report->changes->len, ==, 0);
  sp_reload_report_add (report, "port", SP_EFFECT_RESTART);
  g_assert_cmpstr (
      ((SpReloadChange *)report->changes->pdata[0])->key, ==, "port");
  g_assert_cmpstr (sp_effect_name (SP_EFFECT_NOW), ==, "now");
  g_assert_cmpstr (
      sp_effect_name (SP_EFFECT_NEW_CLIENTS), ==, "new clients only");
  g_assert_cmpstr (sp_effect_name (SP_EFFECT_RESTART), ==, "restart needed");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/picture/sorts", test_sorts);
  g_test_add_func ("/picture/sorts-without-clients",
                   test_sorts_without_clients);
  g_test_add_func ("/picture/is-shared", test_is_shared);
  g_test_add_func ("/control/report", test_report);
  return g_test_run ();
}
