namespace Larder.Soak.WriteBehind;

/// <summary>What a run found.</summary>
internal sealed record SoakResult
{
    public required long Acknowledged { get; init; }

    public required long Effects { get; init; }

    public required long Lost { get; init; }

    public required long Disordered { get; init; }

    public required long Repeated { get; init; }

    public required long DeadLetters { get; init; }

    public required string Kills { get; init; }

    public required TimeSpan Elapsed { get; init; }

    public required TimeSpan Drained { get; init; }

    public bool Passed => Lost == 0 && Disordered == 0 && Repeated == 0;

    public override string ToString() => FormattableString.Invariant(
        $"{(Passed ? "PASSED" : "FAILED")}: {Acknowledged:N0} acknowledged writes, {Effects:N0} took effect (the others were followed by newer ones of their keys), {Lost:N0} lost, {Disordered:N0} out of order, {Repeated:N0} took effect twice, {DeadLetters:N0} dead letters; killed: {Kills}; {Elapsed.TotalSeconds:0} s, drained in {Drained.TotalSeconds:0.0} s");
}
