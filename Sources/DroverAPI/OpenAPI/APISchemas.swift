import DroverCore

/// The schemas of what the API takes and answers, as OpenAPI 3.1 has them.
enum APISchemas {
  /// An empty map where the text below is no JSON, which a test rules out.
  static let all = (try? JSONReader.read(bodies + replies)) ?? .emptyMap

  /// Bodies of requests: what is not named is refused.
  private static let bodies = #"""
    {
    "Any": {"description": "A list of models, {\"models\": […]} or a map of provider to either.",
      "type": ["array", "object"], "additionalProperties": {"type": ["array", "object"]}},
    "Text": {"type": "string", "minLength": 1},
    "Reconcile": {"type": "object", "additionalProperties": false, "properties": {
      "object": {"type": ["string", "null"], "pattern": "^[A-Za-z]+/.+$"}}},
    "ConfirmPrune": {"type": "object", "additionalProperties": false, "required": ["token"], "properties": {
      "token": {"$ref": "#/components/schemas/Text"}}},
    "Plan": {"type": "object", "additionalProperties": false, "required": ["files"], "properties": {
      "partial": {"type": ["boolean", "null"]},
      "files": {"type": "array", "items": {"type": "object", "additionalProperties": false,
        "required": ["path", "content"], "properties": {
        "path": {"$ref": "#/components/schemas/Text"}, "content": {"type": "string"}}}}}},
    "Override": {"type": "object", "additionalProperties": false, "required": ["object", "field"], "properties": {
      "object": {"type": "string", "pattern": "^[A-Za-z]+/.+$"}, "field": {"$ref": "#/components/schemas/Text"},
      "value": {}, "generation": {"type": "integer"}, "reason": {"type": "string"},
      "expiresIn": {"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$"}},
      "oneOf": [{"required": ["value"]}, {"required": ["generation"]}]},
    "Load": {"type": "object", "additionalProperties": false, "required": ["provider", "model"], "properties": {
      "provider": {"$ref": "#/components/schemas/Text"}, "model": {"$ref": "#/components/schemas/Text"},
      "warmup": {"type": ["boolean", "null"]}}},
    "Unload": {"type": "object", "additionalProperties": false, "required": ["provider", "model"], "properties": {
      "provider": {"$ref": "#/components/schemas/Text"}, "model": {"$ref": "#/components/schemas/Text"}}},
    "Switch": {"type": "object", "additionalProperties": false, "required": ["model"], "properties": {
      "provider": {"type": "string"}, "model": {"$ref": "#/components/schemas/Text"},
      "reason": {"enum": ["user_preference", "auto_switch", "budget_exhausted", "default", "enforced", "unloaded"]},
      "override": {"type": ["boolean", "null"]}}},
    "Discover": {"type": "object", "additionalProperties": false, "properties": {"provider": {"type": ["string", "null"]}}},
    "Reload": {"type": "object", "additionalProperties": false, "properties": {"path": {"type": ["string", "null"]}}},
    "Profile": {"type": "object", "additionalProperties": false, "properties": {
      "testCount": {"type": ["integer", "null"], "minimum": 1, "maximum": 1000}}},
    "Probe": {"type": "object", "additionalProperties": false, "properties": {
      "probe": {"type": ["boolean", "null"]}, "allowCost": {"type": ["boolean", "null"]}}},
    "NewStatus": {"type": "object", "additionalProperties": false, "required": ["status"], "properties": {
      "status": {"enum": ["available", "deprecated", "loaded", "unloaded"]}}},
    "Amount": {"type": ["number", "null"], "minimum": 0, "maximum": 1000000000000},
    "Metrics": {"type": "object", "additionalProperties": false, "properties": {
      "averageLatency": {"$ref": "#/components/schemas/Amount"}, "timeToFirstToken": {"$ref": "#/components/schemas/Amount"},
      "tokensPerSecond": {"$ref": "#/components/schemas/Amount"}, "memoryUsage": {"$ref": "#/components/schemas/Amount"},
      "successRate": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
      "totalInferences": {"type": ["integer", "null"], "minimum": 0, "maximum": 9000000000000000},
      "lastBenchmarked": {"type": ["string", "null"], "format": "date-time"}}},
    "Capability": {"enum": ["text_generation", "chat_completion", "embeddings", "function_calling", "vision",
      "streaming", "json_mode"]},
    "Price": {"type": "number", "minimum": 0, "maximum": 999999},
    "ModelFields": {"type": "object", "properties": {
      "id": {"$ref": "#/components/schemas/Text"}, "provider": {"$ref": "#/components/schemas/Text"},
      "name": {"type": ["string", "null"], "minLength": 1}, "version": {"type": ["string", "null"]},
      "contextWindow": {"type": ["integer", "null"], "minimum": 1, "maximum": 1000000000},
      "maxTokens": {"type": ["integer", "null"], "minimum": 1, "maximum": 1000000000},
      "capabilities": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Capability"}},
      "aliases": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Text"}},
      "cost": {"type": ["object", "null"], "properties": {
        "inputTokens": {"$ref": "#/components/schemas/Price"}, "outputTokens": {"$ref": "#/components/schemas/Price"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "per": {"type": "integer", "minimum": 1, "maximum": 1000000000}, "note": {"type": "string"}}},
      "rateLimit": {"type": ["object", "null"], "properties": {
        "requestsPerMinute": {"type": "integer", "minimum": 1, "maximum": 1000000000},
        "tokensPerMinute": {"type": "integer", "minimum": 1, "maximum": 1000000000},
        "requestsPerDay": {"type": "integer", "minimum": 1, "maximum": 1000000000}, "note": {"type": "string"}}},
      "metadata": {"type": ["object", "null"]}}},
    "NewModel": {"allOf": [{"$ref": "#/components/schemas/ModelFields"}], "required": ["id", "provider"],
      "unevaluatedProperties": false},
    "NewModels": {"anyOf": [{"$ref": "#/components/schemas/NewModel"},
      {"type": "array", "items": {"$ref": "#/components/schemas/NewModel"}}]},
    "Tokens": {"type": "integer", "minimum": 0, "maximum": 1000000000},
    "UsageReport": {"type": "object", "additionalProperties": false, "required": ["inputTokens", "outputTokens"],
      "properties": {"inputTokens": {"$ref": "#/components/schemas/Tokens"},
        "outputTokens": {"$ref": "#/components/schemas/Tokens"}, "success": {"type": ["boolean", "null"]}}},
    "ModelPatch": {"allOf": [{"$ref": "#/components/schemas/ModelFields"}], "unevaluatedProperties": false},

    """#

  private static let replies = #"""
    "Object": {"type": "object"},
    "Success": {"type": "object", "required": ["success"], "properties": {"success": {"const": true}}},
    "Error": {"type": "object", "required": ["success", "error"], "properties": {"success": {"const": false},
      "error": {"type": "object", "required": ["code", "message", "details"], "properties": {
        "code": {"type": "string", "pattern": "^[A-Z_]+$"}, "message": {"type": "string"},
        "details": {"type": "object"}}}}},
    "Version": {"type": "object", "required": ["version"], "properties": {"version": {"type": "string"}}},
    "Token": {"type": "object", "required": ["token"], "properties": {"token": {"type": "string"}}},
    "Change": {"type": "object", "required": ["version"], "properties": {"version": {"type": "integer"}}},
    "Items": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array"}}},
    "Objects": {"type": "object", "required": ["items", "version"], "properties": {
      "items": {"type": "array", "items": {"type": "object"}}, "version": {"type": "integer"}}},
    "Reference": {"type": ["object", "null"], "required": ["id", "name", "provider"]},
    "Item": {"type": "object",
      "required": ["id", "name", "provider", "contextWindow", "maxTokens", "capabilities", "key", "status", "origin"],
      "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "provider": {"type": "string"},
        "contextWindow": {"type": ["integer", "null"]}, "maxTokens": {"type": ["integer", "null"]},
        "capabilities": {"type": "array", "items": {"$ref": "#/components/schemas/Capability"}},
        "key": {"type": "string"}, "origin": {"enum": ["manifest", "api", "discovered"]},
        "status": {"enum": ["available", "loading", "loaded", "failed", "unloaded", "deprecated"]}}},
    "Entry": {"allOf": [{"$ref": "#/components/schemas/Item"}], "required": ["version", "accessCount"]},
    "Entries": {"type": "array", "items": {"$ref": "#/components/schemas/Entry"}},
    "ModelList": {"type": "object", "required": ["models", "count"], "properties": {
      "models": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}, "count": {"type": "integer"}}},
    "EntryList": {"type": "object", "required": ["models", "count"], "properties": {
      "models": {"$ref": "#/components/schemas/Entries"}, "count": {"type": "integer"}}},
    "OneModel": {"type": "object", "required": ["success", "model"], "properties": {
      "success": {"const": true}, "model": {"$ref": "#/components/schemas/Entry"}}},
    "ModelOrList": {"anyOf": [
      {"$ref": "#/components/schemas/OneModel"}, {"$ref": "#/components/schemas/ModelList"}]},
    "LoadedModel": {"type": "object", "required": ["key", "model", "loadedAt", "totalInferences", "performanceMetrics"]},
    "LoadedModels": {"type": "object", "required": ["models", "count", "currentModel"], "properties": {
      "models": {"type": "array", "items": {"$ref": "#/components/schemas/LoadedModel"}}, "count": {"type": "integer"},
      "currentModel": {"$ref": "#/components/schemas/Reference"}}},
    "CurrentModel": {"type": "object", "required": ["model"], "properties": {
      "model": {"anyOf": [{"$ref": "#/components/schemas/LoadedModel"}, {"type": "null"}]}}},
    "Action": {"type": "object", "required": ["message", "provider", "model"]},
    "Switched": {"type": "object", "required": ["message", "provider", "model", "currentModel"]},
    "Discovered": {"type": "object", "required": ["success", "message", "models", "count", "providers"]},
    "Selected": {"type": "object", "required": ["success", "model", "reason"]},
    "Statistics": {"type": "object", "required": ["success", "statistics"], "properties": {"statistics": {
      "type": "object", "required": ["totalModels", "loadedModels", "currentModel", "totalInferences",
        "providerCounts", "capabilityCounts", "statusCounts", "totalAccesses", "averageAccessCount", "totalCost",
        "costByCurrency", "totalInputTokens", "totalOutputTokens"]}}},
    "Registered": {"type": "object", "required": ["success"], "anyOf": [
      {"required": ["key"]}, {"required": ["keys", "count"]}]},
    "Removed": {"type": "object", "required": ["success", "removed"], "properties": {"removed": {"type": "boolean"}}},
    "Count": {"type": "object", "required": ["success", "count"], "properties": {"count": {"type": "integer"}}},
    "Imported": {"type": "object", "required": ["success", "count", "errors"]},
    "Reloaded": {"type": "object", "required": ["success", "message", "token"]},
    "Saved": {"type": "object", "required": ["success", "message", "path"]},
    "Status": {"type": "object", "required": ["success", "key", "status"]},
    "Comparison": {"type": "object", "required": ["result"], "properties": {"result": {"enum": [-1, 0, 1]}}},
    "Versions": {"type": "object", "required": ["success", "key", "versions"]},
    "Estimate": {"type": "object", "required": ["success", "key", "estimatedCost", "currency"]},
    "Capabilities": {"type": "object", "required": ["success", "key", "capabilities"]},
    "Usage": {"type": "object", "required": ["success", "key", "usageStats"], "properties": {"usageStats": {
      "type": "object", "required": ["totalInputTokens", "totalOutputTokens", "totalCost", "currency", "lastReset",
        "requestCount", "successfulRequests", "failedRequests"]}}},
    "Examination": {"type": "object", "required": ["healthy", "checks"], "properties": {"healthy": {"type": "boolean"},
      "checks": {"type": "array", "items": {"type": "object", "required": ["check", "outcome", "message"],
        "properties": {"outcome": {"enum": ["ok", "warning", "failed"]}}}}}},
    "UsageRecorded": {"type": "object", "required": ["success", "key", "inputTokens", "outputTokens", "totalCost",
      "currency"]},
    "KeyOnly": {"type": "object", "required": ["success", "key"]},
    "UsageSums": {"type": "object", "required": ["from", "to", "items"], "properties": {"items": {"type": "array",
      "items": {"type": "object", "required": ["requests", "succeeded", "failed", "lost", "estimated", "inputTokens",
        "cacheReadTokens", "cacheWriteTokens", "outputTokens", "cost", "currency"]}}}}
    }
    """#
}
