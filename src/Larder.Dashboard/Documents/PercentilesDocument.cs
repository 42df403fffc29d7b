namespace Larder.Dashboard.Documents;

/// <summary>Percentiles in seconds.</summary>
internal sealed record PercentilesDocument(double P50, double P95, double P99);
