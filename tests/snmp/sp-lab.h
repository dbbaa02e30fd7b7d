/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-oid.h"

/** A private snmpd, the master agent, and a snmptrapd on free ports of
 * loopback, in the temporary folder of the test: nothing of the host's is read,
 * written or signalled. Both die with the test. */
typedef struct _SpLab SpLab;

/* Managers, for sp_lab_ask(). */
#define SP_LAB_PUBLIC "-v2c -c public"
#define SP_LAB_PRIVATE "-v2c -c private"
#define SP_LAB_OPERATOR                                                        \
  "-v3 -u pumpops -a SHA-256 -A auth-passphrase -x AES -X priv-passphrase "    \
  "-l authPriv"
#define SP_LAB_OPERATOR_CLEAR                                                  \
  "-v3 -u pumpops -a SHA-256 -A auth-passphrase -l authNoPriv"

/* Skips the whole run (77) where the programs are missing. */
SpLab *sp_lab_start (void);
void sp_lab_free (SpLab *lab);
/* "unix:/..." */
const char *sp_lab_agentx (SpLab *lab);
/* Where snmpd will take managers. */
guint sp_lab_port (SpLab *lab);

/* SIGKILL, and waits. */
void sp_lab_kill_master (SpLab *lab);
/* Again, on the same port and socket; returns when it answers. */
void sp_lab_start_master (SpLab *lab);
void sp_lab_freeze (SpLab *lab);
void sp_lab_thaw (SpLab *lab);

/* (transfer full): what a tool says: @how is a manager, @what the rest, as
 * words; '@' stands for the module's root and a dot. */
char *
sp_lab_ask (SpLab *lab, const char *tool, const char *how, const char *what);
/* Until a public get of @what says @expected; fails after @deadline_s. */
void sp_lab_wait (SpLab *lab,
                  const char *what,
                  const char *expected,
                  guint deadline_s);
/* (transfer full): notifications, one a line, '@' for the module's root. */
char *sp_lab_traps (SpLab *lab);
/* Until there is @text in them. */
void sp_lab_wait_traps (SpLab *lab, const char *text, guint deadline_s);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpLab, sp_lab_free)
