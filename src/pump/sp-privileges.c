/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-privileges.h"

#include "sp-error.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>

static gboolean
find_user (const char *name, uid_t *uid, gid_t *gid, GError **error)
{
  struct passwd *entry;

  errno = 0;
  entry = getpwnam (name);
  if (entry == NULL)
    return sp_error_set (error,
                         SP_ERROR_CONFIG,
                         "user: no user '%s'%s%s",
                         name,
                         errno != 0 ? ": " : "",
                         errno != 0 ? g_strerror (errno) : "");
  *uid = entry->pw_uid;
  *gid = entry->pw_gid;
  return TRUE;
}

static gboolean
find_group (const char *name, gid_t *gid, GError **error)
{
  struct group *entry = getgrnam (name);

  if (entry == NULL)
    return sp_error_set (error, SP_ERROR_CONFIG, "group: no group '%s'", name);
  *gid = entry->gr_gid;
  return TRUE;
}

gboolean
sp_privileges_drop (const char *user, const char *group, GError **error)
{
  uid_t uid = geteuid ();
  gid_t gid = getegid ();

  if (geteuid () != 0 || (user == NULL && group == NULL))
    return TRUE;
  if (user != NULL && !find_user (user, &uid, &gid, error))
    return FALSE;
  if (group != NULL && !find_group (group, &gid, error))
    return FALSE;
  if ((user != NULL ? initgroups (user, gid) : setgroups (1, &gid)) != 0
      || setresgid (gid, gid, gid) != 0 || setresuid (uid, uid, uid) != 0)
    return sp_error_set (error,
                         SP_ERROR_FAILED,
                         "giving up root for user %u, group %u: %s",
                         (guint)uid,
                         (guint)gid,
                         g_strerror (errno));
  if (uid != 0 && setuid (0) == 0)
    return sp_error_set (error, SP_ERROR_FAILED, "root could be regained");
  return TRUE;
}

guint
sp_privileges_raise_descriptors (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return 1024;
  if (limit.rlim_cur < limit.rlim_max)
    {
      limit.rlim_cur = limit.rlim_max;
      (void)setrlimit (RLIMIT_NOFILE, &limit);
      (void)getrlimit (RLIMIT_NOFILE, &limit);
    }
  return (guint)MIN (limit.rlim_cur, (rlim_t)G_MAXINT);
}
