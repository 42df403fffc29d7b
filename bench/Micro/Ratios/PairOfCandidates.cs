namespace Larder.Benchmarks.Ratios;

/// <summary>The same operation on two threads at once; what counts is the processor time that one operation takes of its thread.</summary>
internal sealed class PairOfCandidates : Candidate, IDisposable
{
    private readonly Candidate _mine;
    private readonly Candidate _other;
    private readonly Barrier _turn = new(participantCount: 2);
    private readonly Thread _thread;
    private Action? _work;

    public PairOfCandidates(Candidate mine, Candidate other)
        : base(mine.Name)
    {
        _mine = mine;
        _other = other;
        _thread = new Thread(RunOther) { IsBackground = true };
        _thread.Start();
    }

    public override double Nanoseconds => (_mine.Nanoseconds + _other.Nanoseconds) / 2;

    public override double BytesPerOperation => (_mine.BytesPerOperation + _other.BytesPerOperation) / 2;

    public override void Burst(int operations) => Both(() => _other.Burst(operations), () => _mine.Burst(operations));

    public override void Measure(int operations, bool processTime) =>
        Both(() => _other.Measure(operations, processTime), () => _mine.Measure(operations, processTime));

    public void Dispose()
    {
        _work = null;
        _turn.SignalAndWait();
        _thread.Join();
        _turn.Dispose();
    }

    private void Both(Action other, Action mine)
    {
        _work = other;
        _turn.SignalAndWait();
        mine();
        _turn.SignalAndWait();
    }

    private void RunOther()
    {
        _turn.SignalAndWait();
        while (_work is { } work)
        {
            work();
            _turn.SignalAndWait();
            _turn.SignalAndWait();
        }
    }
}
