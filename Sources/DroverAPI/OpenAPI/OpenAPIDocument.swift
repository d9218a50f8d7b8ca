import DroverCore

/// The description of the API in OpenAPI 3.1: paths, methods and parameters are those of the routes, and each operation
/// is explained by its ``OperationNote``.
struct OpenAPIDocument {
  let version: String
  let routes: [Route]

  /// `/api/v1/models/{provider}` and `/api/v1/models/{key}` are one path to OpenAPI, since it knows no forms of a
  /// segment: all names in braces are the same to it.
  static func template(_ pattern: String) -> String {
    var count = 0
    return pattern.split(separator: "/", omittingEmptySubsequences: false).map { segment in
      guard segment.first == "{" else { return String(segment) }
      defer { count += 1 }
      let name = segment.dropFirst().dropLast()
      return ["key", "model", "provider"].contains(name) ? "{model}" : String(segment)
    }.joined(separator: "/")
  }

  /// `GET /api/v1/models/{model}`.
  static func name(_ route: Route) -> String { route.method.rawValue + " " + template(route.pattern.text) }

  var fieldValue: FieldValue {
    .object([
      "openapi": .string("3.1.0"),
      "info": .object([
        "title": .string("Drover control API"), "version": .string(version),
        "description": .string(
          "What runs, what should run, and how to change it. Keys of models hold a colon and may hold slashes; in a path "
            + "they stand plain or percent-encoded. Every error has the shape of the schema Error."),
        "license": .object(["name": .string("MIT"), "identifier": .string("MIT")]),
      ]),
      "paths": .map(paths), "components": components,
    ])
  }

  private var paths: [FieldEntry] {
    var order: [String] = []
    var found: [String: [FieldEntry]] = [:]
    for route in routes {
      let path = Self.template(route.pattern.text)
      if found[path] == nil { order.append(path) }
      let method = route.method.rawValue.lowercased()
      // Several patterns of one template are one operation.
      if found[path]?.contains(where: { $0.key == method }) == true { continue }
      found[path, default: []].append(FieldEntry(method, operation(route, path: path)))
    }
    return order.sorted().map { FieldEntry($0, .map(found[$0] ?? [])) }
  }

  private func operation(_ route: Route, path: String) -> FieldValue {
    let note = OperationNote.all[Self.name(route)]
    let segments = path.split(separator: "/").filter { $0.first == "{" }.map { String($0.dropFirst().dropLast()) }
    let parameters =
      segments.map { Self.parameter($0, in: "path", ParameterSchemas.path[$0]) }
      + route.parameters.map { name in
        let isNeeded = note?.needed.contains(name) ?? false
        return Self.parameter(name, in: "query", ParameterSchemas.query[name], isRequired: isNeeded)
      }
    return .object([
      "operationId": .string(Self.identifier(route.method.rawValue, path)), "summary": note.map { .string($0.summary) },
      "parameters": parameters.isEmpty ? nil : .array(parameters), "requestBody": note?.body.map(Self.requestBody),
      "responses": .map(responses(note)),
    ])
  }

  /// `get-models-model-profiles`: a name that programs may be generated from.
  private static func identifier(_ method: String, _ path: String) -> String {
    let words = path.split(separator: "/").filter { $0 != "api" && $0 != "v1" }.map {
      $0.filter { $0 != "{" && $0 != "}" }
    }
    return ([method.lowercased()] + words).joined(separator: "-")
  }

  private static func parameter(
    _ name: String, in place: String, _ schema: FieldValue?, isRequired: Bool = true
  ) -> FieldValue {
    .object([
      "name": .string(name), "in": .string(place), "required": place == "path" || isRequired ? .bool(true) : nil,
      "schema": schema ?? .object(["type": .string("string")]),
    ])
  }

  private static func requestBody(_ body: OperationNote.Body) -> FieldValue {
    .object([
      "required": body.isRequired ? .bool(true) : nil,
      "content": .object(["application/json": .object(["schema": reference(body.schema)])]),
    ])
  }

  private func responses(_ note: OperationNote?) -> [FieldEntry] {
    let told = (note?.replies ?? []).map { reply in
      FieldEntry(
        String(reply.status),
        .object([
          "description": .string(reply.description),
          "content": .map([
            FieldEntry(
              reply.contentType,
              .object(["schema": reply.schema.map(Self.reference) ?? .object(["type": .string("string")])]))
          ]),
        ]))
    }
    let error = FieldValue.object([
      "description": .string("Refused, or failed."),
      "content": .object(["application/json": .object(["schema": Self.reference("Error")])]),
    ])
    return told + [FieldEntry("default", error)]
  }

  private static func reference(_ schema: String) -> FieldValue {
    .object(["$ref": .string("#/components/schemas/" + schema)])
  }

  private var components: FieldValue {
    .object([
      "schemas": APISchemas.all,
      "securitySchemes": .object(["token": .object(["type": .string("http"), "scheme": .string("bearer")])]),
    ])
  }
}
