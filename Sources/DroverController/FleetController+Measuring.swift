package import DroverCore
import DroverPlanning

extension FleetController: ModelMeasuring {
  private var world: World {
    loop.latest.state.world(node: loop.options.policy.node, now: loop.surroundings.now())
  }

  package func capabilities(of model: Identity) async throws(MeasureError) -> [DetectedCapability] {
    let world = world
    guard let object = world.desired[model] else { throw .unknownModel }
    let context = StatusContext(plan: Plan(), world: world, prices: loop.options.policy.prices)
    let previous = loop.publisher.object(model)?["status"]
    guard let found = StatusReducer.capabilities(previous: previous, object: object, context: context) else {
      throw .refused("\(model) has no valid manifest yet")
    }
    return found
  }

  package func probe(
    _ model: Identity, allowsCost: Bool, actor: String
  ) async throws(MeasureError) -> [DetectedCapability] {
    let (world, state) = (world, loop.latest.state)
    let (instance, target) = try subject(model, world, state)
    guard allowsCost || ProfileGate(world).isFree(model) else {
      throw .refused(
        "probing \(model) sends requests that may cost money at provider '\(target.provider.name)'; allow that to go on"
      )
    }
    guard let driver = loop.effects.drivers.driver(for: target.provider) else {
      throw .failed(.notImplemented("no driver can probe it"))
    }
    var machine = ProbeMachine()
    while let trial = machine.next {
      do throws(DriverError) {
        machine.take(try await driver.attempt(trial, on: instance, target: target))
      } catch {
        guard machine.absorb(error) else { throw .failed(error) }
      }
    }
    let record = ProbeRecord(
      at: loop.surroundings.now(), reloadHash: target.reloadHash, evidence: machine.evidence)
    let answer = await loop.measureDesk.wait { number in
      loop.inbox.post(.probed(model, record, actor: actor, request: number))
    }
    if case .refused(let error) = answer { throw error }
    return try await capabilities(of: model)
  }

  package func profile(
    _ model: Identity, testCount: Int?, actor: String
  ) async throws(MeasureError) -> ProfileRecord {
    _ = try subject(model, world, loop.latest.state)
    let inbox = loop.inbox
    let answer = await loop.measureDesk.wait { number in
      inbox.post(
        .profileRequested(model, ProfileRequest(number: number, testCount: testCount, actor: actor)))
    } abandon: { number in
      inbox.post(.profileAbandoned(request: number))
    }
    switch answer {
    case .profiled(let record): return record
    case .refused(let error): throw error
    case .updated, .probed: throw .cancelled
    }
  }

  package func profiles(of model: Identity) async throws(MeasureError) -> [ProfileRecord] {
    let state = loop.latest.state
    guard state.desired[model] != nil else { throw .unknownModel }
    return state.measurements[model]?.profiles ?? []
  }

  package func update(_ metrics: MetricsUpdate, of model: Identity) async throws(MeasureError) -> ModelMetrics {
    guard loop.latest.state.desired[model] != nil else { throw .unknownModel }
    let answer = await loop.measureDesk.wait { number in
      loop.inbox.post(.metricsReported(model, metrics, request: number))
    }
    switch answer {
    case .updated(let known): return known
    case .refused(let error): throw error
    case .profiled, .probed: throw .cancelled
    }
  }

  /// What is measured; throws where it may not be.
  private func subject(
    _ model: Identity, _ world: World, _ state: FleetState
  ) throws(MeasureError) -> (Instance, ModelTarget) {
    guard world.desired[model] != nil else { throw .unknownModel }
    let gate = ProfileGate(world)
    if let refusal = gate.refusal(of: model) { throw .refused(refusal) }
    guard let instance = gate.instance(of: model), let target = state.target(of: model) else {
      throw .refused("\(model) is not loaded; load it first")
    }
    return (instance, target)
  }
}
