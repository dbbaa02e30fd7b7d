/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-session.h"

/* The protocol of one letter that SpNetHouse tells of; its service is one. */
extern const SpSessionClass sp_net_letters;
