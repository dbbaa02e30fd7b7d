/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-agent-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* "unix:/path" or "/path" */
static const char *
path_of (const char *agentx)
{
  if (g_str_has_prefix (agentx, "unix:"))
    return agentx + strlen ("unix:");
  return agentx[0] == '/' ? agentx : NULL;
}

/** sp_agent_probe: the library does not tell why it could not connect. */
int
sp_agent_probe (const char *agentx)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  const char *path = path_of (agentx);
  int fd, result;

  if (path == NULL)
    return 0;
  if (strlen (path) >= sizeof address.sun_path)
    return ENAMETOOLONG;
  memcpy (address.sun_path, path, strlen (path));
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return errno;
  result = connect (fd, (struct sockaddr *)&address, sizeof address) == 0
               ? 0
               : errno;
  close (fd);
  return result;
}
