/// The few fields of a Model that every round needs, read once: ten thousand models are planned a hundred times a second
/// at worst.
package final class ModelWish: Sendable {
  package let provider: String
  package let modelID: String
  package let desiredState: DesiredState
  package let warmup: Bool?
  package let transition: Transition
  package let isPinned: Bool
  /// As it stands in the spec.
  package let deprecation: FieldValue?
  package let idleUnloadAfter: Duration?

  /// What the spec of a resource that is no Model says: nothing.
  static let none = ModelWish(name: "", spec: .emptyMap)

  init(name: String, spec: FieldValue) {
    var (provider, modelID) = ("", name)
    var (desiredState, transition) = (DesiredState.onDemand, Transition.auto)
    var (warmup, isPinned): (Bool?, Bool) = (nil, false)
    var (deprecation, idleUnloadAfter): (FieldValue?, Duration?) = (nil, nil)
    if case .map(let entries) = spec {
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
    self.provider = provider
    self.modelID = modelID
    self.desiredState = desiredState
    self.warmup = warmup
    self.transition = transition
    self.isPinned = isPinned
    self.deprecation = deprecation
    self.idleUnloadAfter = idleUnloadAfter
  }
}
