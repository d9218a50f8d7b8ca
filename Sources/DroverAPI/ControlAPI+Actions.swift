import DroverCore

extension ControlAPI {
  /// Bytes of manifests that a plan may be asked for.
  private static var planLimit: Int { 64 << 20 }

  /// What can be asked for.
  var actionRoutes: [Route] {
    [
      Route(.post, "/api/v1/reconcile") { [control] call in
        let body = try await call.object(keys: ["object"])
        var object: Identity?
        if let value = body["object"], !value.isNull {
          let asked = try identity(try Self.text(value, field: "object"), field: "object")
          guard await control.object(asked) != nil else { throw await Self.missing(asked, control) }
          object = asked
        }
        return Reply(json: .object(["token": .string(await control.requestReconcile(of: object, actor: call.actor))]))
      },
      Route(.post, "/api/v1/confirm-prune") { [control] call in
        let token = try Self.text(try await call.object(keys: ["token"])["token"], field: "token")
        guard await control.confirmPrune(token: token, actor: call.actor) else {
          throw APIError(
            code: .conflict, message: "no prune with this token is stopped; take the token that drover diff prints now")
        }
        return Reply(json: .object(["success": .bool(true)]))
      },
      Route(.post, "/api/v1/plan", bodyLimit: Self.planLimit) { [control] call in
        let body = try await call.object(keys: ["files", "partial"])
        let isPartial = try Self.flag(body["partial"], field: "partial")
        return Reply(json: await control.plan(files: try Self.files(body), isPartial: isPartial))
      },
    ]
  }

  static func text(_ value: FieldValue?, field: String) throws(APIError) -> String {
    guard let text = value?.string, !text.isEmpty else { throw .invalid("'\(field)' is missing; expected a string") }
    return text
  }

  static func flag(_ value: FieldValue?, field: String) throws(APIError) -> Bool {
    guard let value, !value.isNull else { return false }
    guard let flag = value.bool else { throw .invalid("'\(field)' is not true or false") }
    return flag
  }

  private static func files(_ body: FieldValue) throws(APIError) -> [ProposedFile] {
    guard let elements = body["files"]?.list else { throw .invalid("'files' is missing; expected a list") }
    var files: [ProposedFile] = []
    files.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      guard let path = element.value["path"]?.string, !path.isEmpty,
        let content = element.value["content"]?.string, element.value.map?.count == 2
      else { throw .invalid("'files[\(index)]' is not {\"path\": string, \"content\": string}") }
      files.append(ProposedFile(path: path, bytes: Array(content.utf8)))
    }
    return files
  }
}
