/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-picture.h"

/** What the fake pump shows. */

/* (transfer full) */
SpClientInfo *sp_fake_copy_client (const SpClientInfo *info);
SpStreamInfo *sp_fake_copy_stream (const SpStreamInfo *info);
/* Three streams and seven clients. */
void sp_fake_add_streams (GPtrArray *streams);
void sp_fake_add_clients (GPtrArray *infos);
/* (transfer none): one more, without a source. */
SpStreamInfo *
sp_fake_add_stream (GPtrArray *streams, const char *path, SpStreamState state);
/* Two listeners and a certificate. */
void sp_fake_add_listeners (SpPicture *picture);
