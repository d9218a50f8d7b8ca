import DroverCore

/// Which sets of models are active now, and what that means for their members.
struct SetBook {
  struct State: Equatable {
    var name: String
    /// Names of its models, sorted.
    var members: [String]
    var group: String?
    var activity: Activity
  }

  enum Activity: Equatable {
    case active
    /// `active: Never`: its models are loaded by request.
    case never
    case outside(next: Timestamp)
    /// Another set of its group is active for now.
    case displaced(by: String)
    /// Another set of its group is to be active always too.
    case conflicting(with: String)
  }

  /// Sorted by name.
  private(set) var states: [State] = []
  /// The active set that wants a model loaded.
  private var wanted: [String: String] = [:]
  /// The active set because of which a model must not be loaded.
  private var excluded: [String: (set: String, group: String)] = [:]
  /// The last end of a window in which a set wanted a model loaded, and when it will do so again.
  private var ended: [String: (set: String, at: Timestamp, next: Timestamp)] = [:]
  /// The sets of a model in each exclusive group, by group.
  private var groups: [String: [String: Set<String>]] = [:]
  /// When any of this changes next.
  private(set) var next: Timestamp?

  init(_ world: World) {
    let objects = world.desired.objects
    let declared = SetBook.sets(in: objects).filter { !objects[$0].isSuspended }
    guard !declared.isEmpty else { return }
    var drafts: [(state: State, isScheduled: Bool, end: Timestamp, next: Timestamp?)] = []
    for index in declared {
      guard let spec = objects[index].resource?.spec else { continue }
      let members = SetBook.members(spec["match"] ?? .emptyMap, objects)
      let group = spec["exclusiveGroup"]?.string
      let name = objects[index].identity.name
      func add(
        _ activity: Activity, scheduled: Bool, end: Timestamp = Timestamp(milliseconds: .min), _ next: Timestamp?
      ) {
        drafts.append((State(name: name, members: members, group: group, activity: activity), scheduled, end, next))
      }
      switch spec["active"]?.string {
      case "Never": add(.never, scheduled: false, nil)
      case "Schedule":
        guard let from = spec[path: ["schedule", "from"]]?.string, let to = spec[path: ["schedule", "to"]]?.string,
          let window = DailyWindow(from: from, to: to)
        else { continue }
        let state = window.state(at: world.now, world.zone)
        add(state.isOpen ? .active : .outside(next: state.next), scheduled: true, end: state.lastEnd, state.next)
      default: add(.active, scheduled: false, nil)
      }
    }
    next = drafts.compactMap(\.next).min()
    settleGroups(&drafts)
    states = drafts.map(\.state)
    for draft in drafts { enter(draft.state, end: draft.end, next: draft.next) }
  }

  /// The places of all sets; objects are sorted by kind.
  private static func sets(in objects: [DesiredObject]) -> Range<Int> {
    func first(notBefore order: Int) -> Int {
      var (low, high) = (0, objects.count)
      while low < high {
        let middle = (low + high) / 2
        if objects[middle].identity.kind.order < order { low = middle + 1 } else { high = middle }
      }
      return low
    }
    return first(notBefore: Kind.modelSet.order)..<first(notBefore: Kind.modelSet.order + 1)
  }

  /// Of one group one set is active: one whose window is open before one that is always, then by name.
  private func settleGroups(_ drafts: inout [(state: State, isScheduled: Bool, end: Timestamp, next: Timestamp?)]) {
    var holders: [String: Int] = [:]
    for isScheduled in [true, false] {
      for index in drafts.indices where drafts[index].isScheduled == isScheduled {
        guard drafts[index].state.activity == .active, let group = drafts[index].state.group else { continue }
        guard let holder = holders[group] else {
          holders[group] = index
          continue
        }
        let name = drafts[holder].state.name
        drafts[index].state.activity =
          drafts[holder].isScheduled == isScheduled ? .conflicting(with: name) : .displaced(by: name)
      }
    }
    for index in drafts.indices where drafts[index].state.activity == .active {
      guard let group = drafts[index].state.group, let holder = holders[group], holder != index else { continue }
      drafts[index].state.activity = .displaced(by: drafts[holder].state.name)
    }
  }

  private mutating func enter(_ state: State, end: Timestamp, next: Timestamp?) {
    for member in state.members {
      if let group = state.group { groups[member, default: [:]][group, default: []].insert(state.name) }
      switch state.activity {
      case .active: wanted[member] = wanted[member] ?? state.name
      case .outside(let next): ended[member] = (state.name, end, next)
      default: continue
      }
    }
    guard state.activity == .active, let group = state.group else { return }
    let own = Set(state.members)
    for other in states where other.group == group && other.name != state.name {
      for member in other.members where !own.contains(member) {
        excluded[member] = excluded[member] ?? (state.name, group)
      }
    }
  }

  /// Both must fit where both are given, as selectors do.
  private static func members(_ match: FieldValue, _ objects: [DesiredObject]) -> [String] {
    let names = (match["names"]?.stringList).map { Set($0) }
    let labels = match["matchLabels"]?.map ?? []
    var found: [String] = []
    for index in objects.indices where objects[index].identity.kind == .model {
      if let names, !names.contains(objects[index].identity.name) { continue }
      if !labels.isEmpty {
        guard let own = objects[index].resource?.labels,
          labels.allSatisfy({ label in own.contains { $0.key == label.key && $0.value == label.value.string } })
        else { continue }
      }
      found.append(objects[index].identity.name)
    }
    return found
  }
}

extension SetBook {
  var isEmpty: Bool { states.isEmpty }

  /// The active set that wants `model` loaded.
  func claim(on model: String) -> String? { wanted[model] }

  /// The active set of an exclusive group that keeps `model` unloaded.
  func exclusion(of model: String) -> (set: String, group: String)? { wanted[model] == nil ? excluded[model] : nil }

  /// The window of a set that ended after the model was last needed, at `lastNeed`.
  func end(of model: String, lastNeed: Timestamp) -> (set: String, next: Timestamp)? {
    guard wanted[model] == nil, let end = ended[model], lastNeed <= end.at else { return nil }
    return (end.set, end.next)
  }

  /// The exclusive group in which both models are, and in no set together; nil where they may be loaded at once.
  func rivalry(_ left: String, _ right: String) -> String? {
    guard left != right, let mine = groups[left], let theirs = groups[right] else { return nil }
    for (group, sets) in mine.sorted(by: { $0.key < $1.key }) {
      if let others = theirs[group], sets.isDisjoint(with: others) { return group }
    }
    return nil
  }

  /// Whether any set says something of `model`.
  func concerns(_ model: String) -> Bool {
    wanted[model] != nil || excluded[model] != nil || ended[model] != nil
  }

  func isInGroup(_ model: String) -> Bool { groups[model] != nil }

  func state(of set: String) -> State? { states.first { $0.name == set } }
}
