import DroverCore

/// What a plan does to the models of one set, in words.
enum SetEffect {
  static func words(for set: String, _ context: StatusContext) -> String {
    guard let state = context.sets.state(of: set) else { return "takes effect at once" }
    let what =
      switch state.activity {
      case .active: "active"
      case .never: "loaded by request"
      case .outside(let next): "active from \(next)"
      case .displaced(let other): "not active: modelset/\(other) of its group is"
      case .conflicting(let other): "never active: modelset/\(other) of its group always is"
      }
    var loads: [String] = []
    var unloads: [String] = []
    let rivals = context.sets.states.filter { $0.group != nil && $0.group == state.group && $0.name != set }
    for model in Set(state.members + rivals.flatMap(\.members)).sorted() {
      let identity = Identity(.model, model)
      for step in context.steps(of: identity) {
        switch step.action {
        case .load: loads.append("\(identity)")
        case .unload: unloads.append("\(identity)")
        default: continue
        }
      }
      let waits = context.waits(of: identity).contains { !$0.isTerminal && !$0.reason.isProgress }
      if waits, context.sets.claim(on: model) == set, !loads.contains("\(identity)") { loads.append("\(identity)") }
    }
    return [
      what, loads.isEmpty ? nil : "loads " + loads.joined(separator: ", "),
      unloads.isEmpty ? nil : "unloads " + unloads.joined(separator: ", "),
    ].compactMap { $0 }.joined(separator: "; ")
  }
}
