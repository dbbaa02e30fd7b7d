/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-private.h"

/* From a monotonic time of the picture to the calendar. */
static void
date_of (const SpPicture *picture, gint64 at_us, SpMibValue *value)
{
  if (at_us == 0)
    sp_mib_value_no_date (value);
  else
    sp_mib_value_date (value, picture->at_unix_us - (picture->at_us - at_us));
}

static void
put_number (const SpMibColumn *column, SpMibValue *value, guint64 number)
{
  if (column->type == SP_MIB_INTEGER)
    sp_mib_value_integer (value, (gint64)MIN (number, G_MAXINT32));
  else
    sp_mib_value_number (column->type, value, number);
}

static void
read_number (const SpMibColumn *column, gconstpointer member, SpMibValue *value)
{
  if (column->how == SP_MIB_AS_UINT)
    put_number (column, value, *(const guint *)member);
  else if (column->how == SP_MIB_AS_UINT16)
    put_number (column, value, *(const guint16 *)member);
  else if (column->how == SP_MIB_AS_UINT64)
    put_number (column, value, *(const guint64 *)member);
  else if (column->how == SP_MIB_AS_LOW32)
    put_number (column, value, (guint32) * (const guint64 *)member);
  else if (column->how == SP_MIB_AS_KBPS)
    put_number (column, value, *(const guint64 *)member / 1000);
  else
    put_number (column, value, (guint64)MAX (*(const gint64 *)member, 0));
}

static void
read_text (const SpMibColumn *column, gconstpointer member, SpMibValue *value)
{
  const char *text = column->how == SP_MIB_AS_CHARS
                         ? (const char *)member
                         : *(const char *const *)member;

  if (column->how == SP_MIB_AS_URL)
    sp_mib_value_url (value, text, column->most);
  else if (column->how == SP_MIB_AS_ADDRESS)
    sp_mib_value_address (value, text);
  else if (column->how == SP_MIB_AS_FAMILY)
    sp_mib_value_family (value, text);
  else
    sp_mib_value_text (value, text, column->most);
}

static void
read_member (const SpMibPlace *place,
             const SpMibColumn *column,
             gconstpointer member,
             SpMibValue *value)
{
  switch (column->how)
    {
    case SP_MIB_AS_MADE:
      column->make (place, value);
      break;
    case SP_MIB_AS_UINT:
    case SP_MIB_AS_UINT16:
    case SP_MIB_AS_UINT64:
    case SP_MIB_AS_LOW32:
    case SP_MIB_AS_REPORTED:
    case SP_MIB_AS_KBPS:
      read_number (column, member, value);
      break;
    case SP_MIB_AS_INT:
      sp_mib_value_integer (value, *(const int *)member);
      break;
    case SP_MIB_AS_ENUM:
      sp_mib_value_integer (value, *(const int *)member + 1);
      break;
    case SP_MIB_AS_TRUTH:
      sp_mib_value_integer (value, *(const gboolean *)member ? 1 : 2);
      break;
    case SP_MIB_AS_STAMP:
      sp_mib_value_stamp (value, place->moment, *(const gint64 *)member);
      break;
    case SP_MIB_AS_DATE:
      date_of (place->mib->picture, *(const gint64 *)member, value);
      break;
    case SP_MIB_AS_DATE_UNIX:
      sp_mib_value_date (value, *(const gint64 *)member);
      break;
    case SP_MIB_AS_TEXT:
    case SP_MIB_AS_CHARS:
    case SP_MIB_AS_URL:
    case SP_MIB_AS_ADDRESS:
    case SP_MIB_AS_FAMILY:
      read_text (column, member, value);
      break;
    case SP_MIB_AS_NOTHING:
      sp_mib_value_zero (column->type, value);
      break;
    }
}

void
sp_mib_read (SpMib *mib,
             const SpMibCell *cell,
             const SpMibMoment *moment,
             SpMibValue *value)
{
  SpMibPlace place = { mib, moment, cell->row };

  if (cell->column->is_personal && mib->clients != SP_MIB_CLIENTS_FULL)
    sp_mib_value_zero (cell->column->type, value);
  else
    read_member (&place,
                 cell->column,
                 (const char *)cell->row->data + cell->column->offset,
                 value);
}
