package import DroverCore

/// Which overrides end now, and why.
package enum Overrides {
  package struct End: Equatable, Sendable {
    package var override: Override
    /// One phrase: `its time is over`.
    package var why: String
  }

  /// `desired` is what the manifests say, without any override. An override whose manifest is refused at the moment
  /// stays: nobody has decided anything about its field.
  package static func ending(_ overrides: [Override], desired: DesiredFleet, now: Timestamp) -> [End] {
    overrides.compactMap { override in
      if override.expiresAt <= now { return End(override: override, why: "its time is over") }
      // A new name is a matter of the step that renames.
      if desired.isBeingRenamed(override.object) { return nil }
      guard let resource = desired[override.object]?.resource else {
        return End(override: override, why: "\(override.object) is gone")
      }
      guard Override.basis(of: override.field, in: resource.written) != override.basis else { return nil }
      return End(override: override, why: "\(override.field) has changed in its manifest")
    }
  }

  /// Warnings for `drover diff`: what holds, and whether the proposed manifests end it.
  package static func notices(
    _ overrides: [Override], ending: Set<Override.Key>, in fleet: DesiredFleet
  ) -> [Diagnostic] {
    overrides.compactMap { override in
      guard let place = fleet[override.object]?.resource?.source else { return nil }
      return Diagnostic(
        .warning, .overridden, file: place.path, line: place.line, column: 1, field: override.field,
        sentence(override) + (ending.contains(override.key) ? "; this ends it" : ""), identity: override.object)
    }
  }

  /// `spec.desiredState is held at Loaded until 2027-01-31T23:00:00Z by socket:0: night shift`.
  package static func sentence(_ override: Override) -> String {
    let value =
      override.field == Override.wholeSpec ? "another one" : override.value.scalarText ?? override.value.json
    return "\(override.field) is held at \(value) until \(override.expiresAt) by \(override.actor)"
      + (override.reason.isEmpty ? "" : ": \(override.reason)")
  }
}

extension DesiredFleet {
  /// Whether an object that has another name now is still known by this one.
  func isBeingRenamed(_ identity: Identity) -> Bool {
    objects.indices.contains { objects[$0].renamedFrom == identity }
  }
}

extension World {
  /// Those of one object.
  func overrides(of identity: Identity) -> [Override] {
    overrides.isEmpty ? [] : overrides.filter { $0.object == identity }
  }
}

extension [Override] {
  /// As a status shows them; nil where there are none.
  var fieldValue: FieldValue? {
    guard !isEmpty else { return nil }
    return .array(
      map { override in
        .object([
          "field": .string(override.field), "value": override.value, "actor": .string(override.actor),
          "reason": override.reason.isEmpty ? nil : .string(override.reason),
          // What the manifest said when it began: it ends when that changes.
          "manifest": try? JSONReader.read(override.basis), "createdAt": .string(override.createdAt.description),
          "expiresAt": .string(override.expiresAt.description),
        ])
      })
  }
}
