/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/** Reads an .asf file a little ahead of who plays it, without end, and never
 * makes the main thread wait. Made and freed on the thread whose default
 * context it works in. */
typedef struct _SpFileReader SpFileReader;

typedef enum
{
  SP_FILE_HEADER, /* as a live encoder sends it; again only when it differs */
  SP_FILE_PACKET,
  SP_FILE_ERROR, /* nothing follows until sp_file_reader_retry() */
} SpFileItemKind;

typedef struct
{
  SpFileItemKind kind;
  gint64 due_us; /* on a time line of its own that never goes back */
  GError *error; /* of SP_FILE_ERROR */
  gsize len;
  guint8 data[];
} SpFileItem;

/* There is an item where there was none. */
typedef void (*SpFileReaderReady) (gpointer user_data);

/* @file: (nullable) (transfer none): if NULL, @data (transfer none) is read. */
SpFileReader *sp_file_reader_new (GFile *file,
                                  GBytes *data,
                                  SpFileReaderReady on_ready,
                                  gpointer user_data);
void sp_file_reader_free (SpFileReader *reader);
/* (nullable) (transfer none): the oldest item; sp_file_reader_pop() frees it.
 */
const SpFileItem *sp_file_reader_peek (SpFileReader *reader);
void sp_file_reader_pop (SpFileReader *reader);
/* After an error: opens the file again; times go on growing. */
void sp_file_reader_retry (SpFileReader *reader);
