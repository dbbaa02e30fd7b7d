/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

void sp_gsource_clear (GSource **source);
