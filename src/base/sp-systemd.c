/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-systemd.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* An address of the abstract name space is written with an @ for its NUL; its
 * length counts, no NUL ends it. */
static gboolean
fill_address (struct sockaddr_un *address, socklen_t *len, const char *name)
{
  gsize name_len = strlen (name);

  if ((name[0] != '/' && name[0] != '@')
      || name_len >= sizeof address->sun_path)
    return FALSE;
  *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
  memcpy (address->sun_path, name, name_len);
  if (name[0] == '@')
    address->sun_path[0] = '\0';
  else
    name_len++;
  *len = (socklen_t)(G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + name_len);
  return TRUE;
}

/* Whoever listens may be gone or full: no word about it, as sd_notify(3). */
static void
notify (const char *state)
{
  const char *name = g_getenv ("NOTIFY_SOCKET");
  struct sockaddr_un address;
  socklen_t len;
  int fd;

  if (name == NULL || !fill_address (&address, &len, name))
    return;
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return;
  (void)sendto (fd,
                state,
                strlen (state),
                MSG_NOSIGNAL | MSG_DONTWAIT,
                (struct sockaddr *)&address,
                len);
  close (fd);
}

/* A line break would begin another assignment. */
static void
notify_with_status (const char *state, const char *status)
{
  g_autofree char *line = NULL;
  g_autofree char *both = NULL;

  if (status == NULL)
    {
      notify (state);
      return;
    }
  line = g_strdelimit (g_strdup (status), "\r\n", ' ');
  both = g_strconcat (state, *state != '\0' ? "\n" : "", "STATUS=", line, NULL);
  notify (both);
}

/** sp_systemd_ready: also ends what sp_systemd_reloading() began. @status may
 * be NULL: then the last one stays. */
void
sp_systemd_ready (const char *status)
{
  notify_with_status ("READY=1", status);
}

void
sp_systemd_reloading (void)
{
  g_autofree char *state = g_strdup_printf (
      "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time ());

  notify (state);
}

/** sp_systemd_stopping: @status may be NULL. */
void
sp_systemd_stopping (const char *status)
{
  notify_with_status ("STOPPING=1", status);
}

void
sp_systemd_status (const char *status)
{
  notify_with_status ("", status);
}

void
sp_systemd_extend (guint64 us)
{
  g_autofree char *state
      = g_strdup_printf ("EXTEND_TIMEOUT_USEC=%" G_GUINT64_FORMAT, us);

  notify (state);
}

void
sp_systemd_watchdog (void)
{
  notify ("WATCHDOG=1");
}

/** sp_systemd_watchdog_ms: a watchdog of another process (WATCHDOG_PID is not
 * ours) is none for us. */
guint
sp_systemd_watchdog_ms (void)
{
  const char *interval = g_getenv ("WATCHDOG_USEC");
  const char *pid = g_getenv ("WATCHDOG_PID");
  guint64 interval_us;
  guint64 meant_for;

  if (interval == NULL
      || !g_ascii_string_to_unsigned (
          interval, 10, 1, G_MAXUINT32 * 1000ULL, &interval_us, NULL))
    return 0;
  if (pid != NULL
      && (!g_ascii_string_to_unsigned (pid, 10, 1, G_MAXINT, &meant_for, NULL)
          || meant_for != (guint64)getpid ()))
    return 0;
  return (guint)MAX (interval_us / 2000, 1);
}
