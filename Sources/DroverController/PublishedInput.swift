import DroverCore
import DroverPlanning

/// What an object was when its status was made: equal inputs are not reduced again.
struct PublishedInput: Sendable {
  var object: DesiredObject
  /// Of what else the status depends on; nil where it is to be made again whatever that is.
  var fingerprint: Int?
  var share: FleetTally.Share
}

extension PublishedInput {
  /// One input for each of `objects`, in their order: the one that there was, or one that nothing was made from yet; and
  /// whose inputs are left over. Both lists are sorted by identity. While no object comes or goes, `inputs` is returned
  /// as it is.
  static func aligned(
    _ inputs: [PublishedInput], with objects: ArraySlice<DesiredObject>
  ) -> (inputs: [PublishedInput], gone: Set<Identity>) {
    let isSame =
      inputs.count == objects.count
      && zip(inputs.indices, objects.indices).allSatisfy { inputs[$0].object.identity == objects[$1].identity }
    if isSame { return (inputs, []) }
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
}
