namespace Larder.Dashboard.Documents;

/// <summary>Operations in a second, over the last minute.</summary>
internal sealed record RatesDocument(double Reads, double Writes, double Loads, double Evictions, double Errors);
