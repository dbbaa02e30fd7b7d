/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <json-glib/json-glib.h>

/* (transfer full): the OpenAPI document of the admin REST: data/openapi.json
 * with the version, each counter and each kind of event put in. */
JsonNode *sp_admin_openapi_document (void);
