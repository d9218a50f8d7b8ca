import DroverCore

/// A document that the set as a whole does not allow.
struct SetRefusal {
  var slot: Int
  var reason: Reason
  var diagnostics: [Diagnostic]
}

extension FoldRound {
  /// What is wrong with the documents that would be taken, seen together. One call reports each document once.
  mutating func checkSet() -> [SetRefusal] {
    var found: [SetRefusal] = []
    // While every object has its document, what was taken before and warned of nothing names what is there.
    let isWhole = entries.allSatisfy { $0.place != nil }
    for slot in entries.indices {
      if !entries[slot].warnings.isEmpty { entries[slot].warnings = [] }
      guard isTaken(slot) else { continue }
      let isKnown = isWhole && entries[slot].isReused && previous.objects[entries[slot].previous].warnings.isEmpty
      let diagnostics = isKnown ? [] : checkReferences(slot) + checkProvider(slot)
      if !diagnostics.isEmpty {
        found.append(SetRefusal(slot: slot, reason: .invalidManifest, diagnostics: diagnostics))
        continue
      }
      let denied = checkHost(slot)
      guard let first = denied.first else { continue }
      found.append(
        SetRefusal(
          slot: slot, reason: first.code == .secretNotFound ? .secretNotFound : .notPermitted, diagnostics: denied))
    }
    // Names, room and cycles are judged among documents that are fine by themselves.
    if found.isEmpty { found = checkTracking() }
    if found.isEmpty { found = checkNames() + checkAccessKeys() }
    if found.isEmpty { found = checkCycles() }
    if found.isEmpty { found = checkRoom() }
    return found
  }

  /// An error of the document of `slot`, at `mark` if it stands in that document, else where the document begins.
  func error(
    _ code: Diagnostic.Code, _ slot: Int, _ document: ManifestDocument, at mark: FieldMark?, field: String = "",
    _ message: String
  ) -> Diagnostic {
    diagnostic(.error, code, slot, document, at: mark, field: field, message)
  }

  func diagnostic(
    _ severity: Diagnostic.Severity, _ code: Diagnostic.Code, _ slot: Int, _ document: ManifestDocument,
    at mark: FieldMark?, field: String, _ message: String
  ) -> Diagnostic {
    let isOwn = mark.map { $0.layer == .manifest && $0.line > 0 } ?? false
    return Diagnostic(
      severity, code, file: document.file, line: isOwn ? Int(mark?.line ?? 0) : document.source.line,
      column: isOwn ? Int(mark?.column ?? 0) : document.column, field: field, message,
      identity: entries[slot].identity)
  }

  /// `models/local.yaml:18:13`, the place of the object in `slot`, or of `mark` in its document.
  func whereabouts(_ slot: Int, at mark: FieldMark? = nil) -> String {
    guard let place = entries[slot].place else {
      guard let source = previousObject(slot)?.source else { return "" }
      return " (\(source.path):\(source.line))"
    }
    let document = document(place)
    if let mark, mark.layer == .manifest, mark.line > 0, entries[slot].refusal == nil {
      return " (\(document.file):\(mark.line):\(mark.column))"
    }
    return " (\(document.file):\(document.source.line):\(document.column))"
  }

  // MARK: References

  /// Names of objects that do not exist. An object that vanished and is still in force is only warned about by
  /// documents that named it before; a document that is new or changed may not name it.
  private mutating func checkReferences(_ slot: Int) -> [Diagnostic] {
    guard let draft = draft(slot), !draft.references.isEmpty else { return [] }
    var errors: [Diagnostic] = []
    for index in draft.references.indices where !isPresent(provider: draft.references[index]) {
      let reference = draft.references[index]
      let target = target(of: reference)
      if case .present = target { continue }
      guard let document = entries[slot].place.map({ document($0) }) else { continue }
      switch target {
      case .present: continue
      case .vanished(let target):
        let message = "\(target) has no manifest any more; it is kept while this names it"
        if entries[slot].isReused {
          entries[slot].warnings.append(
            Diagnostic(
              .warning, .danglingReference, file: document.file, line: Int(reference.mark.line),
              column: Int(reference.mark.column), field: path(of: reference, in: draft), message,
              identity: entries[slot].identity))
          continue
        }
        errors.append(dangling(reference, slot, document, field: path(of: reference, in: draft)))
      case .missing: errors.append(dangling(reference, slot, document, field: path(of: reference, in: draft)))
      }
    }
    return errors
  }

  /// Adds the names of objects that do not exist to what is wrong with documents that are refused already, so that
  /// one scan reports every problem.
  mutating func checkStrayReferences() {
    for slot in entries.indices where entries[slot].refusal != nil {
      guard let place = entries[slot].place else { continue }
      let document = document(place)
      for stray in document.strayReferences {
        let isKnown = stray.reference.kinds.contains { kind in
          guard let target = slots[Identity(kind, stray.reference.name)] else { return false }
          return entries[target].place != nil || isInForce(target) && !isGone(target)
        }
        guard !isKnown else { continue }
        let found = dangling(stray.reference, slot, document, field: stray.field)
        entries[slot].refusal?.diagnostics.append(found)
      }
    }
  }

  /// Whether this names a provider that is there: most models name the same few.
  private func isPresent(provider reference: borrowing ManifestReference) -> Bool {
    guard reference.kinds.count == 1, reference.kinds[0] == .provider, contexts[reference.name] != nil else {
      return false
    }
    return slots[Identity(.provider, reference.name)].map { entries[$0].place != nil } == true
  }

  private enum Target {
    case present
    case vanished(Identity)
    case missing
  }

  private func target(of reference: ManifestReference) -> Target {
    var vanished: Identity?
    for kind in reference.kinds {
      let identity = Identity(kind, reference.name)
      guard let slot = slots[identity], isInForce(slot) else { continue }
      if entries[slot].place != nil || !isGone(slot) { return .present }
      vanished = identity
    }
    return vanished.map(Target.vanished) ?? .missing
  }

  private mutating func dangling(
    _ reference: ManifestReference, _ slot: Int, _ document: ManifestDocument, field: String
  ) -> Diagnostic {
    // Searching all names is dear, and nobody reads a hundred suggestions.
    suggestions += 1
    let isSuggested = suggestions <= 100
    let names = entries.lazy.filter { isSuggested && $0.place != nil && reference.kinds.contains($0.identity.kind) }
      .map(\.identity.name)
    let kinds = reference.kinds.map(\.singular).joined(separator: " or ")
    return error(
      .danglingReference, slot, document, at: reference.mark, field: field,
      "no \(kinds) is named '\(reference.name)'\(Suggestion.phrase(for: reference.name, among: names))")
  }

  func path(of reference: ManifestReference, in draft: ResourceDraft) -> String {
    draft.spec.path(of: reference.mark).map { "spec." + $0 } ?? "spec"
  }
}

extension FieldValue {
  /// The path of the scalar that stands at `mark`; nil if none does.
  func path(of mark: FieldMark) -> String? {
    switch self {
    case .map(let entries):
      for entry in entries {
        if case .list = entry.value {
        } else if case .map = entry.value {
        } else if entry.mark == mark {
          return entry.key
        }
        if let below = entry.value.path(of: mark) {
          return below.utf8.first == UInt8(ascii: "[") ? entry.key + below : entry.key + "." + below
        }
      }
    case .list(let elements):
      for (index, element) in elements.enumerated() {
        if case .list = element.value {
        } else if case .map = element.value {
        } else if element.mark == mark {
          return "[\(index)]"
        }
        if let below = element.value.path(of: mark) { return "[\(index)]." + below }
      }
    default: break
    }
    return nil
  }
}
