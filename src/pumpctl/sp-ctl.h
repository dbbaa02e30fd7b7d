/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-ctl-options.h"
#include "sp-ctl-view.h"

/** One run of the program. */
typedef struct
{
  SpCtlOptions options;
  SpCtlStyle style;
  SpCtlClient *client; /* NULL: nothing was asked yet */
} SpCtl;

/* Each takes what follows its name, its name included, and gives the exit
 * status. */
typedef int (*SpCtlRun) (SpCtl *ctl, int argc, char **argv);

typedef struct
{
  const char *name;
  const char *arguments; /* N_() */
  const char *summary;   /* N_() */
  SpCtlRun run;
} SpCtlCommand;

extern const SpCtlCommand sp_ctl_commands[]; /* ends with NULL */
/* (nullable) */
const SpCtlCommand *sp_ctl_find (const char *name);

int sp_ctl_run_status (SpCtl *ctl, int argc, char **argv);
int sp_ctl_run_streams (SpCtl *ctl, int argc, char **argv);
int sp_ctl_run_stream (SpCtl *ctl, int argc, char **argv);
int sp_ctl_run_source (SpCtl *ctl, int argc, char **argv);
int sp_ctl_run_clients (SpCtl *ctl, int argc, char **argv);
int sp_ctl_run_client (SpCtl *ctl, int argc, char **argv);
int sp_ctl_run_kick (SpCtl *ctl, int argc, char **argv);
int sp_ctl_run_drain (SpCtl *ctl, int argc, char **argv);
int sp_ctl_run_reload (SpCtl *ctl, int argc, char **argv);
int sp_ctl_run_events (SpCtl *ctl, int argc, char **argv);
int sp_ctl_run_top (SpCtl *ctl, int argc, char **argv);

/* Takes the options of the command argv[0] out of the arguments: @entries
 * (nullable) of its own and those of all. FALSE: leave with *@status. */
gboolean sp_ctl_parse (SpCtl *ctl,
                       const GOptionEntry *entries,
                       int *argc,
                       char ***argv,
                       int *status);
/* Whether so many arguments follow the command's name; says so if not. */
gboolean sp_ctl_has_arguments (int argc, char **argv, int least, int most);
/* The message, where help is, SP_CTL_EXIT_USAGE. */
int sp_ctl_bad_usage (const char *command, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

/* The client in place. FALSE: leave with *@status. */
gboolean sp_ctl_open (SpCtl *ctl, int *status);
/* (nullable) (transfer full): the answer if it is a good one; with --json it is
 * printed already. NULL: it was said why, leave with *@status. */
SpCtlAnswer *sp_ctl_ask (SpCtl *ctl,
                         const char *method,
                         const char *path,
                         const char *body,
                         int *status);
/* The same of a GET; also with --json nothing is printed. */
SpCtlAnswer *sp_ctl_ask_silently (SpCtl *ctl, const char *path, int *status);
/* The exit status of what came: OK, or after saying why, another. @answer
 * (nullable) or @error. */
int sp_ctl_judge (SpCtl *ctl, const SpCtlAnswer *answer, const GError *error);
/* (transfer full): the same in words, several lines; NULL: it is good. */
char *
sp_ctl_complaint (SpCtl *ctl, const SpCtlAnswer *answer, const GError *error);

/* The lines of the table, on standard output. */
void sp_ctl_print_table (SpCtl *ctl, SpCtlTable *table);
/* The same after an empty line; nothing when there are no rows. */
void sp_ctl_print_section (SpCtl *ctl, SpCtlTable *table);
void sp_ctl_print_json (const char *text, gsize len);
/* (transfer full): @path as a part of an URL; it keeps its slashes. */
char *sp_ctl_quote_path (const char *path);
/* (transfer full): JSON of @builder's object; takes it. */
char *sp_ctl_build (JsonBuilder *builder);
