/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sp-systemd.h"
#include "sp-test.h"

/* systemd's end. @name "@..." is of the abstract name space. */
static int
listen_at (const char *name)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  gsize len = strlen (name);
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  g_assert_cmpuint (len, <, sizeof address.sun_path);
  memcpy (address.sun_path, name, len);
  if (name[0] == '@')
    address.sun_path[0] = '\0';
  len += G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + (name[0] != '@');
  g_assert_cmpint (
      bind (fd, (struct sockaddr *)&address, (socklen_t)len), ==, 0);
  g_setenv ("NOTIFY_SOCKET", name, TRUE);
  return fd;
}

static char *
receive (int fd)
{
  char text[512];
  ssize_t n = recv (fd, text, sizeof text, 0);

  return n < 0 ? NULL : g_strndup (text, (gsize)n);
}

static void
assert_received (int fd, const char *wanted)
{
  g_autofree char *text = receive (fd);

  g_assert_cmpstr (text, ==, wanted);
}

static void
send_all (int fd)
{
  sp_systemd_ready ("serving");
  assert_received (fd, "READY=1\nSTATUS=serving");
  sp_systemd_ready (NULL);
  assert_received (fd, "READY=1");
  sp_systemd_stopping (NULL);
  assert_received (fd, "STOPPING=1");
  sp_systemd_stopping ("ending streams");
  assert_received (fd, "STOPPING=1\nSTATUS=ending streams");
  sp_systemd_status ("2 of 3 streams live\nMAINPID=1");
  assert_received (fd, "STATUS=2 of 3 streams live MAINPID=1");
  sp_systemd_watchdog ();
  assert_received (fd, "WATCHDOG=1");
  assert_received (fd, NULL);
}

static void
test_path (void)
{
  g_autofree char *folder = g_dir_make_tmp ("notify-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  int fd = listen_at (path);

  send_all (fd);
  close (fd);
  sp_systemd_ready ("nobody listens");
  g_unlink (path);
  sp_systemd_ready ("nobody is there");
  g_rmdir (folder);
}

static void
test_abstract (void)
{
  g_autofree char *name = g_strdup_printf ("@stream-pump-test-%d", getpid ());
  int fd = listen_at (name);

  send_all (fd);
  close (fd);
}

static void
test_reloading (void)
{
  g_autofree char *name = g_strdup_printf ("@stream-pump-test-%d", getpid ());
  int fd = listen_at (name);
  gint64 before_us = g_get_monotonic_time ();
  g_autofree char *text = NULL;
  guint64 when_us;
  const char *prefix = "RELOADING=1\nMONOTONIC_USEC=";

  sp_systemd_reloading ();
  text = receive (fd);
  close (fd);
  g_assert_nonnull (text);
  g_assert_true (g_str_has_prefix (text, prefix));
  g_assert_true (g_ascii_string_to_unsigned (
      text + strlen (prefix), 10, 0, G_MAXINT64, &when_us, NULL));
  g_assert_cmpint ((gint64)when_us, >=, before_us);
  g_assert_cmpint ((gint64)when_us, <=, g_get_monotonic_time ());
}

/* Must neither crash nor send. */
static void
test_no_address (void)
{
  g_autofree char *too_long = g_strnfill (200, 'x');

  too_long[0] = '/';
  g_unsetenv ("NOTIFY_SOCKET");
  sp_systemd_ready ("x");
  g_setenv ("NOTIFY_SOCKET", "", TRUE);
  sp_systemd_ready ("x");
  g_setenv ("NOTIFY_SOCKET", "relative", TRUE);
  sp_systemd_ready ("x");
  g_setenv ("NOTIFY_SOCKET", too_long, TRUE);
  sp_systemd_ready ("x");
  g_unsetenv ("NOTIFY_SOCKET");
}

static void
test_watchdog (void)
{
  g_autofree char *own = g_strdup_printf ("%d", getpid ());
  g_autofree char *other = g_strdup_printf ("%d", getppid ());
  const struct
  {
    const char *interval;
    const char *pid;
    guint ms;
  } rows[] = {
    { NULL, NULL, 0 },          { "30000000", NULL, 15000 },
    { "30000000", own, 15000 }, { "30000000", other, 0 },
    { "30000000", "x", 0 },     { "1", NULL, 1 },
    { "0", NULL, 0 },           { "", NULL, 0 },
    { "-5", NULL, 0 },          { "30s", NULL, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %u", i);
      g_unsetenv ("WATCHDOG_USEC");
      g_unsetenv ("WATCHDOG_PID");
      if (rows[i].interval != NULL)
        g_setenv ("WATCHDOG_USEC", rows[i].interval, TRUE);
      if (rows[i].pid != NULL)
        g_setenv ("WATCHDOG_PID", rows[i].pid, TRUE);
      g_assert_cmpuint (sp_systemd_watchdog_ms (), ==, rows[i].ms);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/systemd/to-a-path", test_path);
  g_test_add_func ("/systemd/to-an-abstract-address", test_abstract);
  g_test_add_func ("/systemd/reloading-says-when", test_reloading);
  g_test_add_func ("/systemd/without-an-address", test_no_address);
  g_test_add_func ("/systemd/watchdog", test_watchdog);
  return g_test_run ();
}
