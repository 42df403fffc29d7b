namespace Larder.Dashboard.Documents;

/// <summary>Columns of points in time, for plots.</summary>
internal sealed record HistoryDocument(string Cache, double Interval, IReadOnlyList<double> Times, SeriesDocument Series);
