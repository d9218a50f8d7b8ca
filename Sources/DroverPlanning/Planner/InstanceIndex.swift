import DroverCore

/// The observed instances by model name, each model's in the order of their ids.
struct InstanceIndex {
  private let instances: [ObservedInstance]
  private var heads: [String: Int32] = [:]
  private var next: [Int32]

  init(_ instances: [ObservedInstance]) {
    self.instances = instances
    next = Array(repeating: -1, count: instances.count)
    heads.reserveCapacity(instances.count)
    for index in instances.indices.reversed() {
      let name = instances[index].instance.model
      if let head = heads.updateValue(Int32(index), forKey: name) { next[index] = head }
    }
  }

  subscript(model: String) -> [ObservedInstance] {
    guard var index = heads[model] else { return [] }
    var found = [instances[Int(index)]]
    while next[Int(index)] >= 0 {
      index = next[Int(index)]
      found.append(instances[Int(index)])
    }
    return found
  }

  /// Index of the only instance of `model` in the observed fleet; nil where it has none or several.
  func only(of model: String) -> Int? {
    guard let index = heads[model].map(Int.init), next[index] < 0 else { return nil }
    return index
  }

  func hasAny(of model: String) -> Bool { heads[model] != nil }

  /// Names of all models that have instances, sorted.
  var models: [String] { heads.keys.sorted() }

  /// How many models have instances.
  var modelCount: Int { heads.count }

  var isEmpty: Bool { heads.isEmpty }
}
