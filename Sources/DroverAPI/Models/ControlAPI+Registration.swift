import DroverCore
import DroverRegistry
import HTTPTypes

extension ControlAPI {
  /// Registering models through the API, changing them and taking them out.
  var registrationRoutes: [Route] {
    guard let registration else { return [] }
    let desk = RegistrationDesk(control: control, models: models)
    return [
      Route(.post, Self.modelsPath, bodyLimit: Self.registrationLimit) { call in
        try await Self.register(try await call.json(), desk, registration, call.actor)
      },
      Route(.patch, Self.modelsPath + "/{key}") { [models] call in
        let body = try await call.object(keys: ModelBody.fields)
        let entry = try await desk.registered(call.arguments[0])
        return try await Self.patch(entry, try ModelBody(body, place: ""), models, registration, call.actor)
      },
      Route(.delete, Self.modelsPath + "/{key}") { [models] call in
        let key = call.arguments[0]
        guard let known = try? await models.registry().model(key) else { return Self.removed(false) }
        if known.origin == .discovered {
          try await Self.answered { () throws(ControlRefusal) in
            try await registration.forgetDiscovered([known.key], actor: call.actor)
          }
          return Self.removed(true)
        }
        let name = try await desk.registered(key).resource ?? known.modelID
        try await Self.answered { () throws(ControlRefusal) in
          try await registration.unregister([name], actor: call.actor)
        }
        return Self.removed(true)
      },
      Route(.delete, Self.modelsPath, parameters: ["origin"]) { [models] call in
        try await Self.clear(call, await models.registry(), registration)
      },
      Route(.post, Self.modelsPath + "/import", bodyLimit: Self.registrationLimit) { call in
        try await Self.takeOver(try await call.json(), desk, registration, call.actor)
      },
    ]
  }

  /// Bytes of models that one request may register.
  private static var registrationLimit: Int { 32 << 20 }

  private static func removed(_ isRemoved: Bool) -> Reply {
    Reply(json: .object(["success": .bool(true), "removed": .bool(isRemoved)]))
  }

  private static func register(
    _ body: FieldValue, _ desk: RegistrationDesk, _ registration: any ModelRegistration, _ actor: String
  ) async throws(APIError) -> Reply {
    var bodies: [ModelBody] = []
    if let list = body.list {
      for (place, element) in list.enumerated() {
        bodies.append(try ModelBody(element.value, place: "[\(place)]: "))
      }
    } else {
      bodies = [try ModelBody(body, place: "")]
    }
    let orders = try await desk.orders(bodies)
    if !orders.isEmpty {
      try await answered { () throws(ControlRefusal) in
        try await registration.register(orders.map(\.draft), actor: actor)
      }
    }
    let notes = orders.flatMap { order in order.notes.map { "\(order.key): \($0)" } }
    var reply = FieldValue.object(["success": .bool(true)])
    if body.list != nil {
      reply.set("keys", .strings(orders.map(\.key)))
      reply.set("count", .integer(Int64(orders.count)))
    } else {
      reply.set("key", .string(orders[0].key))
    }
    if !notes.isEmpty { reply.set("notes", .strings(notes)) }
    return Reply(json: reply, status: .created)
  }

  private static func patch(
    _ entry: ModelEntry, _ body: ModelBody, _ models: ModelRegister, _ registration: any ModelRegistration,
    _ actor: String
  ) async throws(APIError) -> Reply {
    let registry = await models.registry()
    if let id = body.id, id != entry.modelID {
      throw .invalid("'id' is '\(id)'; the id of '\(entry.key)' cannot be changed: register another model")
    }
    if let word = body.provider, try registry.homes(word) != [entry.provider] {
      throw .invalid("'provider' is '\(word)'; the provider of '\(entry.key)' cannot be changed")
    }
    guard let name = entry.resource,
      let known = await registration.registeredModels().first(where: { $0.name == name })
    else { throw APIError(code: .modelNotFound, message: "model '\(entry.key)' was taken out meanwhile") }
    let (spec, notes) = body.changed(known.spec, home: registry.providers[entry.provider])
    try await answered { () throws(ControlRefusal) in
      try await registration.register([ModelDraft(name: name, spec: spec)], actor: actor)
    }
    let changed = try await models.registry().model(entry.key)
    return Reply(
      json: .object([
        "success": .bool(true), "key": .string(entry.key), "model": changed.entry,
        "notes": notes.isEmpty ? nil : .strings(notes),
      ]))
  }

  /// Takes out all models of an origin; those of manifests have none that could be asked for.
  private static func clear(
    _ call: Call, _ registry: Registry, _ registration: any ModelRegistration
  ) async throws(APIError) -> Reply {
    let origins = [ModelEntry.Origin.api, .discovered]
    guard let origin = try call.query.word("origin", of: origins) else {
      throw .invalid("'origin' is missing; expected api or discovered")
    }
    let going = registry.entries.filter { $0.origin == origin }
    if !going.isEmpty {
      try await answered { () throws(ControlRefusal) in
        if origin == .api {
          try await registration.unregister(going.compactMap(\.resource), actor: call.actor)
        } else {
          try await registration.forgetDiscovered(Set(going.map(\.key)), actor: call.actor)
        }
      }
    }
    return Reply(json: .object(["success": .bool(true), "count": .integer(Int64(going.count))]))
  }

  /// Registers what can be registered of a list, a map of provider to lists, or `{"models": […]}`, and tells what not.
  private static func takeOver(
    _ body: FieldValue, _ desk: RegistrationDesk, _ registration: any ModelRegistration, _ actor: String
  ) async throws(APIError) -> Reply {
    var errors: [String] = []
    var orders: [RegistrationDesk.Order] = []
    for (place, value) in try ImportList.elements(of: body) {
      do throws(APIError) {
        for order in try await desk.orders([try ModelBody(value, place: "", isExport: true)]) {
          guard !orders.contains(where: { $0.key == order.key || $0.draft.name == order.draft.name }) else {
            throw .invalid("'\(order.key)' is in the list already, or has the name of another model there")
          }
          orders.append(order)
        }
      } catch {
        errors.append("\(place): \(error.message)")
      }
    }
    var count = 0
    do throws(ControlRefusal) {
      if !orders.isEmpty { try await registration.register(orders.map(\.draft), actor: actor) }
      count = orders.count
    } catch {
      // One of them spoils all: each is tried by itself.
      for order in orders {
        do throws(ControlRefusal) {
          try await registration.register([order.draft], actor: actor)
          count += 1
        } catch {
          errors.append("\(order.key): \(error.message)")
        }
      }
    }
    let notes = orders.flatMap { order in order.notes.map { "\(order.key): \($0)" } }
    return Reply(
      json: .object([
        "success": .bool(true), "count": .integer(Int64(count)), "errors": .strings(errors),
        "notes": notes.isEmpty ? nil : .strings(notes),
      ]))
  }
}

/// The shapes in which lists of models come.
private enum ImportList {
  /// Each element with the place that errors name. A map of provider to list gives each element its provider.
  static func elements(of body: FieldValue) throws(APIError) -> [(place: String, value: FieldValue)] {
    if let list = body.list ?? body["models"]?.list {
      return list.enumerated().map { ("[\($0.offset)]", $0.element.value) }
    }
    guard let map = body.map else {
      throw .invalid("the body is no list of models; expected [...], {\"models\": [...]} or {PROVIDER: [...]}")
    }
    var found: [(String, FieldValue)] = []
    for entry in map {
      guard let list = entry.value.list ?? entry.value["models"]?.list else {
        throw .invalid("'\(entry.key)' is no list of models")
      }
      for (place, element) in list.enumerated() {
        var value = element.value
        if value["provider"] == nil { value.set("provider", .string(entry.key)) }
        found.append(("\(entry.key)[\(place)]", value))
      }
    }
    return found
  }
}
