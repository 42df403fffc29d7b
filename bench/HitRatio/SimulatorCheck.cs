using Larder.HitRatio.Policies;
using Larder.HitRatio.Reports;
using Larder.HitRatio.Traces;

namespace Larder.HitRatio;

/// <summary>
/// Holds the simulations against figures measured elsewhere on the same traces: W-TinyLFU against BitFaster's ConcurrentLfu 2.6.0, which is a
/// relative with another climber, and the optimum, which is exact.
/// </summary>
internal static class SimulatorCheck
{
    /// <summary>The figures were rounded to a tenth.</summary>
    private const double Rounding = 0.05001;

    private const double RelativeTolerance = 1.5;

    private static readonly (string Trace, double Percent, double ConcurrentLfu, double Optimum)[] Measured =
    [
        ("arc_OLTP", 0.5, 39.9, 52.9),
        ("arc_OLTP", 10, 63.7, 76.2),
        ("arc_P3", 10, 30.3, 50.3),
        ("cache2k_orm_busy", 2, 78.8, 86.0),
        ("cloudphysics_w106", 2, 82.7, 86.2),
    ];

    /// <summary>Checks, and prints a line for each figure.</summary>
    /// <returns>Whether every figure is met; a trace that is not there counts as not met.</returns>
    public static bool Run(string folder)
    {
        var isSound = true;
        var present = TraceFolder.Names(folder);
        var table = new TextTable();
        table.Add("trace", "size", "policy", "measured", "simulated", "difference", "allowed", "");
        foreach (var figures in Measured.GroupBy(figure => figure.Trace))
        {
            if (!present.Contains(figures.Key))
            {
                Console.Error.WriteLine($"{folder} has no trace {figures.Key}, which the check needs.");
                return false;
            }

            var simulated = Policy.All.Where(policy => policy != Policy.Larder).ToList();
            var rows = new Replay([.. figures.Select(figure => figure.Percent)], simulated).Run(TraceFolder.Read(folder, figures.Key, int.MaxValue));
            foreach (var (figure, row) in figures.Zip(rows))
            {
                isSound &= Compare(table, row, Policy.WindowTinyLfu, figure.ConcurrentLfu, RelativeTolerance);
                isSound &= Compare(table, row, Policy.Optimum, figure.Optimum, Rounding);
                isSound &= simulated.TrueForAll(policy => row.Lead(policy, Policy.Optimum) <= 0);
            }
        }

        table.Write(Console.Out);
        Console.WriteLine(isSound ? "\nThe simulations are sound." : "\nA simulation is off its measured figure or above the optimum.");
        return isSound;
    }

    private static bool Compare(TextTable table, ResultRow row, Policy policy, double measured, double tolerance)
    {
        var difference = row[policy] - measured;
        var isMet = Math.Abs(difference) <= tolerance;
        table.Add(
            row.Trace,
            TextTable.Percent(row.Percent),
            policy.Name,
            TextTable.Number(measured),
            TextTable.Number(row[policy]),
            TextTable.Difference(difference),
            TextTable.Number(tolerance),
            isMet ? "ok" : "OFF");
        return isMet;
    }
}
