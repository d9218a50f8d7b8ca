import DroverCore
import DroverPlanning

/// What an object was when its status was made: equal inputs are not reduced again.
struct PublishedInput: Sendable {
  var object: DesiredObject
  /// Of what else the status depends on; nil where it is to be made again whatever that is.
  var fingerprint: Int?
  var share: Progress
}

extension PublishedInput {
  /// One input for each of `objects`, in their order: the one that there was, or one that nothing was made from yet; and
  /// whose inputs are left over. Both lists are sorted by identity. While no object comes or goes, `inputs` is returned
  /// as it is.
  static func aligned(
    _ inputs: [PublishedInput], with objects: ArraySlice<DesiredObject>
  ) -> (inputs: [PublishedInput], gone: Set<Identity>) {
    if areAligned(inputs.span, objects.span) { return (inputs, []) }
    var gone: Set<Identity> = []
    var next = inputs.startIndex
    let all = objects.indices.map { index in
      let identity = objects[index].identity
      while next < inputs.endIndex, inputs[next].object.identity < identity {
        gone.insert(inputs[next].object.identity)
        next += 1
      }
      if next < inputs.endIndex, inputs[next].object.identity == identity {
        next += 1
        return inputs[next - 1]
      }
      return PublishedInput(object: objects[index], fingerprint: nil, share: .progressing)
    }
    gone.formUnion(inputs[next...].map(\.object.identity))
    return (all, gone)
  }

  private static func areAligned(_ inputs: Span<PublishedInput>, _ objects: Span<DesiredObject>) -> Bool {
    guard inputs.count == objects.count else { return false }
    for index in inputs.indices where inputs[index].object.identity != objects[index].identity { return false }
    return true
  }

  /// The places at which the status is to be made again, each with the fingerprint of now. Spans, since ten thousand
  /// objects that nothing happened to are to be neither copied nor looked up.
  static func changed(
    _ inputs: [PublishedInput], _ objects: ArraySlice<DesiredObject>, _ prints: Fingerprints
  ) -> [(place: Int, fingerprint: Int)] {
    let (inputs, objects) = (inputs.span, objects.span)
    var found: [(place: Int, fingerprint: Int)] = []
    for index in objects.indices {
      let print = prints.of(objects[index].identity, objects[index].resource)
      // What a set says follows from its models and from time.
      if inputs[index].fingerprint == print, inputs[index].object == objects[index],
        objects[index].identity.kind != .modelSet
      {
        continue
      }
      found.append((index, print))
    }
    return found
  }

  static func tally(_ inputs: [PublishedInput]) -> FleetTally {
    let inputs = inputs.span
    var tally = FleetTally()
    for index in inputs.indices { tally.count(inputs[index].object.identity.kind, inputs[index].share) }
    return tally
  }
}
