/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-config-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_NAME 200        /* bytes */
#define MAX_STREAM_PATH 128 /* bytes */
#define MAX_TEXT 1024       /* bytes of what goes into a head of HTTP */
#define MAX_HOST 253        /* RFC 1035 2.3.4, without the last dot */
#define MAX_TOKEN 64
#define MIN_REX 9 /* MS-WMSP 3.2.5.2: the oldest that needs no $M */

static gboolean
is_short (SpJsonObject *object, const char *key, const char *text, gsize most)
{
  if (strlen (text) <= most)
    return TRUE;
  sp_json_object_problem (
      object, key, _ ("is longer than %u bytes"), (guint)most);
  return FALSE;
}

/** sp_config_check_name: anything for people, on one line. */
gboolean
sp_config_check_name (SpJsonObject *object, const char *key, const char *name)
{
  if (name == NULL)
    return TRUE;
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      {
        sp_json_object_problem (
            object, key, _ ("may not hold control characters"));
        return FALSE;
      }
  return is_short (object, key, name, MAX_NAME);
}

static gboolean
is_segment (const char *segment)
{
  gsize good = strspn (segment,
                       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                       "0123456789_.-");

  return good > 0 && segment[good] == '\0' && !g_str_equal (segment, ".")
         && !g_str_equal (segment, "..");
}

static gboolean
has_suffix (const char *text, const char *suffix)
{
  gsize len = strlen (text);
  gsize suffix_len = strlen (suffix);

  return len >= suffix_len
         && g_ascii_strcasecmp (text + len - suffix_len, suffix) == 0;
}

/** sp_config_check_stream_path: what may follow /streams/ in a URL. */
gboolean
sp_config_check_stream_path (SpJsonObject *object,
                             const char *key,
                             const char *path)
{
  static const char *const taken[] = { "_push", ".asx" };
  g_auto (GStrv) segments = NULL;

  if (path == NULL)
    return TRUE;
  if (!is_short (object, key, path, MAX_STREAM_PATH))
    return FALSE;
  segments = g_strsplit (path, "/", -1);
  for (guint i = 0; i == 0 || segments[i] != NULL; i++)
    if (segments[i] == NULL || !is_segment (segments[i]))
      {
        sp_json_object_problem (object,
                                key,
                                _ ("\"%s\" may hold only letters, digits, _, - "
                                   "and ., in parts with / between them"),
                                path);
        return FALSE;
      }
  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    if (has_suffix (path, taken[i]))
      {
        sp_json_object_problem (object,
                                key,
                                _ ("\"%s\" may not end in %s, which has a "
                                   "meaning of its own in URLs"),
                                path,
                                taken[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
is_visible (const char *text, char least)
{
  for (const char *at = text; *at != '\0'; at++)
    if (*at < least || *at > '~')
      return FALSE;
  return TRUE;
}

gboolean
sp_config_check_url_path (SpJsonObject *object,
                          const char *key,
                          const char *path)
{
  if (path == NULL)
    return TRUE;
  if (*path != '/')
    {
      sp_json_object_problem (object, key, _ ("must begin with /"));
      return FALSE;
    }
  if (!is_visible (path, '!') || strchr (path, '#') != NULL)
    {
      sp_json_object_problem (
          object,
          key,
          _ ("spaces, # and what is not ASCII must be percent-encoded"));
      return FALSE;
    }
  return is_short (object, key, path, MAX_TEXT);
}

/** sp_config_check_visible: what goes into a header of HTTP as it is. */
gboolean
sp_config_check_visible (SpJsonObject *object,
                         const char *key,
                         const char *text)
{
  if (text == NULL)
    return TRUE;
  if (!is_visible (text, ' '))
    {
      sp_json_object_problem (object, key, _ ("may hold only visible ASCII"));
      return FALSE;
    }
  return is_short (object, key, text, MAX_TEXT);
}

/** sp_config_check_redirect: goes into a Location header. */
gboolean
sp_config_check_redirect (SpJsonObject *object,
                          const char *key,
                          const char *uri)
{
  static const char *const schemes[]
      = { "http", "https", "mms", "mmsh", "rtsp", NULL };
  g_autoptr (GUri) parsed = NULL;

  if (uri == NULL)
    return TRUE;
  if (is_visible (uri, '!'))
    parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);
  if (parsed == NULL || g_uri_get_host (parsed) == NULL
      || *g_uri_get_host (parsed) == '\0'
      || !g_strv_contains (schemes, g_uri_get_scheme (parsed)))
    {
      sp_json_object_problem (object,
                              key,
                              _ ("must be a complete URL that begins with "
                                 "http, https, mms, mmsh or rtsp"));
      return FALSE;
    }
  return is_short (object, key, uri, MAX_TEXT);
}

static gboolean
is_rex (const char *token)
{
  guint64 major;
  char *end = NULL;

  if (!g_str_has_prefix (token, "Rex/") || !g_ascii_isdigit (token[4])
      || !is_visible (token, ' '))
    return FALSE;
  major = g_ascii_strtoull (token + 4, &end, 10);
  return major >= MIN_REX && end[0] == '.' && g_ascii_isdigit (end[1]);
}

/** sp_config_check_server_token: players take nothing but Cougar and Rex for a
 * Windows Media server; as Cougar it would have to send $M (MS-WMSP 3.2.5.4).
 */
gboolean
sp_config_check_server_token (SpJsonObject *object,
                              const char *key,
                              const char *token)
{
  if (token == NULL)
    return TRUE;
  if (g_str_has_prefix (token, "Cougar/"))
    {
      sp_json_object_problem (
          object,
          key,
          _ ("players expect from Cougar what this version does not send; "
             "only Rex/9.0 and above will do"));
      return FALSE;
    }
  if (!is_rex (token))
    {
      sp_json_object_problem (
          object,
          key,
          _ ("must be Rex/ and a version, 9.0 or above: \"%s\""),
          "Rex/12.0.7600.16385");
      return FALSE;
    }
  return is_short (object, key, token, MAX_TOKEN);
}

/** sp_config_file_fault: 0 when @file is a file that this process may read;
 * else an errno. Asked by opening it: access(2) judges by the real user, and
 * what capabilities allow is for the kernel to know. */
int
sp_config_file_fault (const char *file)
{
  GStatBuf status;
  int fd;

  if (g_stat (file, &status) != 0)
    return errno;
  if (!S_ISREG (status.st_mode))
    return S_ISDIR (status.st_mode) ? EISDIR : EINVAL;
  fd = g_open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
  if (fd < 0)
    return errno;
  close (fd);
  return 0;
}

gboolean
sp_config_check_file (SpJsonObject *object, const char *key, const char *file)
{
  int fault = file != NULL ? sp_config_file_fault (file) : 0;

  if (fault != 0)
    sp_json_object_problem (
        object, key, _ ("%s cannot be read: %s"), file, g_strerror (fault));
  return fault == 0;
}

gboolean
sp_config_check_oid (SpJsonObject *object, const char *key, const char *oid)
{
  g_auto (GStrv) arcs = g_strsplit (oid, ".", -1);
  gboolean is_good = g_strv_length (arcs) >= 2 && g_strv_length (arcs) <= 128;

  for (guint i = 0; is_good && arcs[i] != NULL; i++)
    is_good
        = g_ascii_string_to_unsigned (arcs[i], 10, 0, G_MAXUINT32, NULL, NULL);
  if (!is_good)
    sp_json_object_problem (
        object, key, _ ("must be an object identifier in digits and dots"));
  return is_good;
}

char *
sp_config_read_text (SpJsonObject *object, const char *key)
{
  return sp_json_object_is_blank (object, key)
             ? NULL
             : sp_json_object_string (object, key, NULL);
}

/* (transfer full) (nullable): @name as an absolute path. */
static char *
file_name (SpConfigReader *reader, const char *name)
{
  if (name == NULL || g_path_is_absolute (name))
    return g_strdup (name);
  return g_build_filename (reader->folder, name, NULL);
}

char *
sp_config_read_file_name (SpConfigReader *reader,
                          SpJsonObject *object,
                          const char *key)
{
  g_autofree char *name = sp_config_read_text (object, key);

  return file_name (reader, name);
}

static gboolean
is_host_name (const char *host)
{
  return *host != '\0' && *host != '-' && *host != '.'
         && strlen (host) <= MAX_HOST
         && strspn (host,
                    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                    "0123456789_.-")
                == strlen (host)
         && strstr (host, "..") == NULL;
}

char *
sp_config_read_host (SpJsonObject *object, const char *key)
{
  g_autofree char *text = sp_config_read_text (object, key);
  g_autofree char *host = NULL;
  gsize len;

  if (text == NULL)
    return NULL;
  len = strlen (text);
  if (len > 2 && text[0] == '[' && text[len - 1] == ']')
    host = g_strndup (text + 1, len - 2);
  else if (!g_str_is_ascii (text) && len <= MAX_HOST)
    host = g_hostname_to_ascii (text);
  else
    host = g_strdup (text);
  if (host != NULL
      && (g_hostname_is_ip_address (host)
          || (text[0] != '[' && is_host_name (host))))
    return g_steal_pointer (&host);
  sp_json_object_problem (object,
                          key,
                          _ ("must be a host name or an address; a port and a "
                             "path have keys of their own"));
  return NULL;
}

char *
sp_config_address (SpJsonObject *object, const char *name, const char *text)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (g_ascii_strcasecmp (text, "localhost") == 0)
    return g_strdup ("127.0.0.1");
  address = g_inet_socket_address_new_from_string (text, 0);
  if (address != NULL)
    return g_strdup (text);
  sp_json_object_problem (
      object, name, _ ("must be an IP address or \"localhost\""));
  return NULL;
}
