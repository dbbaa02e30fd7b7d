/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-lab.h"

#include <arpa/inet.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOT ".1.3.6.1.4.1.8072.9999.9999.7867.1"
#define START_S 20
#define TRIES 5

struct _SpLab
{
  char *folder;
  char *kept; /* where snmpd writes a snmpd.conf of its own */
  char *agentx;
  char *traps;
  guint port;
  guint trap_port;
  GSubprocess *master;
  GSubprocess *receiver;
};

/* Another may take it before we do: then the start is tried again. */
static guint
free_port (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (
      bind (fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *)&address, &len), ==, 0);
  close (fd);
  return ntohs (address.sin_port);
}

static void
write_file (SpLab *lab, const char *name, const char *text)
{
  g_autofree char *file = g_build_filename (lab->folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (file, text, -1, &error);
  g_assert_no_error (error);
}

/* A view of the module alone, communities that read and write, and an operator
 * with a password. */
static void
write_configs (SpLab *lab)
{
  g_autofree char *agent = g_strdup_printf (
      "agentAddress udp:127.0.0.1:%u\n"
      "master agentx\n"
      "agentXSocket %s\n"
      "agentXPerms 0600 0700\n"
      "agentXTimeout 2\n"
      "agentXRetries 1\n"
      "rocommunity public 127.0.0.1\n"
      "rwcommunity private 127.0.0.1\n"
      "view noclients included " ROOT "\n"
      "view noclients excluded " ROOT ".1.4\n"
      "rocommunity careful 127.0.0.1 -V noclients\n"
      "createUser pumpops SHA-256 \"auth-passphrase\" AES \"priv-passphrase\"\n"
      "rwuser pumpops authPriv\n"
      "trap2sink 127.0.0.1:%u public\n"
      "dontLogTCPWrappersConnects yes\n",
      lab->port,
      lab->agentx,
      lab->trap_port);
  g_autofree char *receiver
      = g_strdup_printf ("snmpTrapdAddr udp:127.0.0.1:%u\n"
                         "authCommunity log public\n"
                         "format2 TRAP %%V|%%v\\n\n"
                         "disableAuthorization no\n",
                         lab->trap_port);

  write_file (lab, "snmpd.conf", agent);
  write_file (lab, "snmptrapd.conf", receiver);
}

static void
die_with_test (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
spawn (SpLab *lab, GSubprocessFlags flags, const char *const *words)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_autoptr (GError) error = NULL;
  GSubprocess *child;

  g_subprocess_launcher_setenv (launcher, "MIBS", "", TRUE);
  g_subprocess_launcher_setenv (launcher, "SNMPCONFPATH", lab->folder, TRUE);
  g_subprocess_launcher_setenv (
      launcher, "SNMP_PERSISTENT_DIR", lab->kept, TRUE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_test, NULL, NULL);
  child = g_subprocess_launcher_spawnv (launcher, words, &error);
  g_assert_no_error (error);
  return child;
}

static void
end (GSubprocess **child)
{
  if (*child == NULL)
    return;
  g_subprocess_force_exit (*child);
  g_subprocess_wait (*child, NULL, NULL);
  g_clear_object (child);
}

/* (transfer full) */
static char *
path_in (SpLab *lab, const char *name)
{
  return g_build_filename (lab->folder, name, NULL);
}

static gboolean
does_answer (SpLab *lab)
{
  g_autofree char *said = sp_lab_ask (
      lab, "snmpget", SP_LAB_PUBLIC " -t 0.5 -r 0", "-Oqv .1.3.6.1.2.1.1.3.0");

  return strchr (said, ':') != NULL && strstr (said, "Timeout") == NULL;
}

static gboolean
try_master (SpLab *lab)
{
  g_autofree char *config = path_in (lab, "snmpd.conf");
  g_autofree char *log = path_in (lab, "snmpd.log");
  const char *const words[]
      = { "snmpd",
          "-f",
          "-C",
          "-c",
          config,
          "-Lf",
          log,
          "-I",
          "-smux,mteTrigger,mteTriggerConf,diskio,lmSensors,ifTable,ifXTable,"
          "hr_filesys,hr_storage,ucd_snmp",
          NULL };
  gint64 until = g_get_monotonic_time () + START_S * G_USEC_PER_SEC;

  lab->master = spawn (lab,
                       G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                           | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                       words);
  while (g_get_monotonic_time () < until
         && g_subprocess_get_identifier (lab->master) != NULL)
    {
      if (does_answer (lab))
        return TRUE;
      g_usleep (10000);
    }
  end (&lab->master);
  return FALSE;
}

static void
start_receiver (SpLab *lab)
{
  g_autofree char *config = path_in (lab, "snmptrapd.conf");
  const char *const words[] = { "snmptrapd", "-f",  "-n",  "-C",       "-c",
                                config,      "-On", "-Lf", lab->traps, NULL };

  lab->receiver = spawn (lab,
                         G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                             | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                         words);
}

/* The first notification, of snmpd's own start, must have come through. */
static gboolean
try_both (SpLab *lab)
{
  gint64 until = g_get_monotonic_time () + 2 * G_USEC_PER_SEC;

  lab->port = free_port ();
  lab->trap_port = free_port ();
  write_configs (lab);
  start_receiver (lab);
  while (!g_file_test (lab->traps, G_FILE_TEST_EXISTS)
         && g_get_monotonic_time () < until)
    g_usleep (10000);
  if (try_master (lab))
    return TRUE;
  end (&lab->receiver);
  return FALSE;
}

static void
find_programs (void)
{
  static const char *const names[]
      = { "snmpd", "snmptrapd", "snmpget", "snmpbulkwalk" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *program = g_find_program_in_path (names[i]);

      if (program != NULL)
        continue;
      g_print ("1..0 # SKIP %s is missing\n", names[i]);
      exit (77);
    }
}

SpLab *
sp_lab_start (void)
{
  SpLab *lab = g_new0 (SpLab, 1);
  g_autoptr (GError) error = NULL;

  find_programs ();
  lab->folder = g_dir_make_tmp ("lab-XXXXXX", &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (lab->folder, 0711), ==, 0);
  lab->kept = path_in (lab, "kept");
  lab->agentx = g_strdup_printf ("unix:%s/agentx", lab->folder);
  lab->traps = path_in (lab, "traps.log");
  for (guint i = 0; i < TRIES; i++)
    if (try_both (lab))
      return lab;
  g_error ("snmpd does not run: see %s/snmpd.log", lab->folder);
}

void
sp_lab_free (SpLab *lab)
{
  end (&lab->master);
  end (&lab->receiver);
  g_free (lab->folder);
  g_free (lab->kept);
  g_free (lab->agentx);
  g_free (lab->traps);
  g_free (lab);
}

const char *
sp_lab_agentx (SpLab *lab)
{
  return lab->agentx;
}

guint
sp_lab_port (SpLab *lab)
{
  return lab->port;
}

void
sp_lab_kill_master (SpLab *lab)
{
  end (&lab->master);
}

void
sp_lab_start_master (SpLab *lab)
{
  g_assert_true (try_master (lab));
}

void
sp_lab_freeze (SpLab *lab)
{
  g_subprocess_send_signal (lab->master, SIGSTOP);
}

void
sp_lab_thaw (SpLab *lab)
{
  g_subprocess_send_signal (lab->master, SIGCONT);
}

static void
add_words (GPtrArray *words, const char *text)
{
  g_auto (GStrv) split = g_strsplit (text, " ", -1);

  for (guint i = 0; split[i] != NULL; i++)
    if (split[i][0] == '@')
      g_ptr_array_add (words, g_strdup_printf (ROOT ".%s", split[i] + 1));
    else if (split[i][0] != '\0')
      g_ptr_array_add (words, g_strdup (split[i]));
}

/** sp_lab_ask: without the newline at the end. Errors of the tool come with
 * the rest. */
char *
sp_lab_ask (SpLab *lab, const char *tool, const char *how, const char *what)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GSubprocess) child = NULL;
  g_auto (GStrv) parts = g_strsplit (what, " ", 2);
  g_autofree char *host = g_strdup_printf ("127.0.0.1:%u", lab->port);
  g_autoptr (GError) error = NULL;
  char *said = NULL;

  g_ptr_array_add (words, g_strdup (tool));
  add_words (words, how);
  g_ptr_array_add (words, g_strdup ("-On"));
  if (parts[0][0] == '-')
    add_words (words, parts[0]);
  g_ptr_array_add (words, g_steal_pointer (&host));
  add_words (words, parts[0][0] == '-' ? parts[1] : what);
  g_ptr_array_add (words, NULL);
  child
      = spawn (lab,
               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
               (const char *const *)words->pdata);
  g_subprocess_communicate_utf8 (child, NULL, NULL, &said, NULL, &error);
  g_assert_no_error (error);
  return g_strchomp (said);
}

void
sp_lab_wait (SpLab *lab,
             const char *what,
             const char *expected,
             guint deadline_s)
{
  gint64 until = g_get_monotonic_time () + (gint64)deadline_s * G_USEC_PER_SEC;
  g_autofree char *words = g_strdup_printf ("-Oqv %s", what);

  for (;;)
    {
      g_autofree char *said
          = sp_lab_ask (lab, "snmpget", SP_LAB_PUBLIC " -t 0.5 -r 0", words);

      if (strcmp (said, expected) == 0)
        return;
      if (g_get_monotonic_time () > until)
        g_assert_cmpstr (said, ==, expected);
      g_usleep (20000);
    }
}

char *
sp_lab_traps (SpLab *lab)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;

  if (!g_file_get_contents (lab->traps, &text, NULL, NULL))
    return g_strdup ("");
  parts = g_strsplit (text, ROOT ".", -1);
  return g_strjoinv ("@", parts);
}

void
sp_lab_wait_traps (SpLab *lab, const char *text, guint deadline_s)
{
  gint64 until = g_get_monotonic_time () + (gint64)deadline_s * G_USEC_PER_SEC;

  for (;;)
    {
      g_autofree char *traps = sp_lab_traps (lab);

      if (strstr (traps, text) != NULL)
        return;
      if (g_get_monotonic_time () > until)
        {
          g_test_message ("no '%s' in: %s", text, traps);
          g_assert_not_reached ();
        }
      g_usleep (20000);
    }
}
