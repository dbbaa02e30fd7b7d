/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-http-request.h"
#include "sp-registry.h"

typedef enum
{
  SP_ROUTE_NONE,   /* not ours: redirect_404_to or 404 */
  SP_ROUTE_STREAM, /* /streams/PATH, with or without a client's external id */
  SP_ROUTE_PUSH,   /* /streams/PATH_push */
  SP_ROUTE_ASX,    /* /streams/PATH.asx */
} SpRouteKind;

/** What a URL of the media ports leads to. */
typedef struct
{
  SpRouteKind kind;
  SpStream *stream;
  char *external_id; /* (nullable) */
} SpRoute;

void sp_route_find (SpRoute *route,
                    SpRegistry *registry,
                    const SpHttpRequest *request);
void sp_route_clear (SpRoute *route);
