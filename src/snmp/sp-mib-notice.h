/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-mib.h"
#include "sp-notify.h"

typedef struct
{
  SpOid oid; /* relative to the root of the module */
  SpMibValue value;
} SpMibBinding;

/* (transfer full) (element-type SpMibBinding): the objects that the MIB lists
 * for the notification, in that order. What the picture does not have comes
 * from the event, or is empty. */
GArray *
sp_mib_notice (SpMib *mib, const SpNotice *notice, const SpMibMoment *moment);
