/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-term.h"

#include "sp-error.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

/* ECMA-48 and what every terminal since the VT220 and xterm understands. */
#define ENTER "\033[?1049h\033[?25l\033[2J" /* other screen, no cursor */
#define LEAVE "\033[0m\033[?25h\033[?1049l"
#define HOME "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_BELOW "\033[J"

#define USUAL_WIDTH 80
#define USUAL_HEIGHT 24

struct _SpCtlTerm
{
  struct termios before;
  sigset_t signals;
  int signal_fd;
};

static gboolean
is_dumb (void)
{
  const char *term = g_getenv ("TERM");

  return term == NULL || *term == '\0' || g_str_equal (term, "dumb");
}

static guint
width_of (int fd)
{
  struct winsize size;

  if (ioctl (fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return USUAL_WIDTH;
}

SpCtlStyle
sp_ctl_term_style (int fd)
{
  const char *no_color = g_getenv ("NO_COLOR");
  SpCtlStyle style = { .is_utf8 = g_get_charset (NULL) };

  if (!isatty (fd))
    return style;
  style.width = width_of (fd);
  style.is_color = !is_dumb () && (no_color == NULL || *no_color == '\0');
  return style;
}

static gboolean
write_all (const char *text, gsize len)
{
  while (len > 0)
    {
      gssize n = write (STDOUT_FILENO, text, len);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      text += n;
      len -= (gsize)n;
    }
  return TRUE;
}

/* Keys come one by one and are not shown; Ctrl-C and Ctrl-Z are keys as well.
 * A read never waits. */
static gboolean
enter (SpCtlTerm *term)
{
  struct termios raw = term->before;

  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  return tcsetattr (STDIN_FILENO, TCSANOW, &raw) == 0
         && write_all (ENTER, strlen (ENTER));
}

static void
leave (SpCtlTerm *term)
{
  (void)write_all (LEAVE, strlen (LEAVE));
  (void)tcsetattr (STDIN_FILENO, TCSAFLUSH, &term->before);
}

SpCtlTerm *
sp_ctl_term_new (GError **error)
{
  g_autofree SpCtlTerm *term = g_new0 (SpCtlTerm, 1);
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH };

  if (!isatty (STDOUT_FILENO) || is_dumb ()
      || tcgetattr (STDIN_FILENO, &term->before) != 0)
    {
      (void)sp_error_set (error,
                          SP_ERROR_FAILED,
                          _ ("this needs a terminal; 'pumpctl streams' does "
                             "without"));
      return NULL;
    }
  (void)sigemptyset (&term->signals);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    (void)sigaddset (&term->signals, signals[i]);
  (void)sigprocmask (SIG_BLOCK, &term->signals, NULL);
  term->signal_fd = signalfd (-1, &term->signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (!enter (term))
    {
      leave (term);
      (void)close (term->signal_fd);
      (void)sp_error_set (error,
                          SP_ERROR_FAILED,
                          _ ("the terminal does not do what is needed: %s"),
                          g_strerror (errno));
      return NULL;
    }
  return g_steal_pointer (&term);
}

void
sp_ctl_term_free (SpCtlTerm *term)
{
  leave (term);
  (void)close (term->signal_fd);
  (void)sigprocmask (SIG_UNBLOCK, &term->signals, NULL);
  g_free (term);
}

int
sp_ctl_term_signal_fd (SpCtlTerm *term)
{
  return term->signal_fd;
}

void
sp_ctl_term_size (SpCtlTerm *term, guint *width, guint *height)
{
  struct winsize size;

  *width = USUAL_WIDTH;
  *height = USUAL_HEIGHT;
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0
      || size.ws_row == 0)
    return;
  *width = size.ws_col;
  *height = size.ws_row;
}

/** sp_ctl_term_show: lines are written over what was there, so that nothing
 * flickers; there is no line feed behind the last one. */
gboolean
sp_ctl_term_show (SpCtlTerm *term, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *out = g_string_new (HOME);
  gboolean is_there;

  for (guint i = 0; lines[i] != NULL && (i == 0 || *lines[i] || lines[i + 1]);
       i++)
    g_string_append_printf (
        out, "%s%s" CLEAR_LINE, i > 0 ? "\r\n" : "", lines[i]);
  g_string_append (out, CLEAR_BELOW);
  is_there = write_all (out->str, out->len);
  g_string_free (out, TRUE);
  return is_there;
}

void
sp_ctl_term_suspend (SpCtlTerm *term)
{
  leave (term);
  (void)raise (SIGTSTP);
  (void)enter (term);
}
