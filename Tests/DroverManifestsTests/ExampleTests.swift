import DroverCore
import Testing

@Suite struct ExampleTests {
  /// Objects that the examples refer to.
  private let surroundings = """
    \(manifest("Provider", "local", "{type: llama.cpp, managed: {pools: {host: {limit: 8GiB}}}}"))
    """

  @Test(arguments: KindCatalogue.all.map(\.kind)) func `every example is valid`(_ kind: Kind) {
    var tree = Tree(["example.yaml": KindCatalogue[kind].example])
    if kind == .model { tree["provider.yaml"] = surroundings }
    let fleet = tree.fold()
    #expect(fleet.errors == [])
    #expect(fleet.objects.first { $0.identity.kind == kind }?.newest == .accepted)
    #expect(fleet.objects.allSatisfy { $0.generation == 1 })
  }

  @Test func `examples of kinds without a home yet say so`() {
    #expect(
      problems(KindCatalogue[.route].example) == [
        "a.yaml:2:7: warning: kind: Route is checked but not acted on by this version [NotImplemented]"
      ])
  }
}
