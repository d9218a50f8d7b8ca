/// The few fields of a Model that every round needs, read once: ten thousand models are planned a hundred times a second
/// at worst.
package struct ModelWish: Sendable {
  package private(set) var provider = ""
  package private(set) var modelID: String
  package private(set) var desiredState = DesiredState.onDemand
  package private(set) var warmup: Bool?
  package private(set) var transition = Transition.auto
  package private(set) var isPinned = false
  /// As it stands in the spec.
  package private(set) var deprecation: FieldValue?
  package private(set) var idleUnloadAfter: Duration?

  init(name: String, spec: FieldValue) {
    modelID = name
    guard case .map(let entries) = spec else { return }
    for index in entries.indices {
      switch entries[index].key {
      case "provider": provider = entries[index].value.string ?? ""
      case "modelID": modelID = entries[index].value.string ?? modelID
      case "desiredState": desiredState = entries[index].value.string.flatMap(DesiredState.init) ?? .onDemand
      case "warmup": warmup = entries[index].value.bool
      case "transition": transition = entries[index].value.string.flatMap(Transition.init) ?? .auto
      case "deprecation": deprecation = entries[index].value
      case "pinned": isPinned = entries[index].value.bool ?? false
      case "idleUnloadAfter": idleUnloadAfter = entries[index].value.duration
      default: continue
      }
    }
  }
}
