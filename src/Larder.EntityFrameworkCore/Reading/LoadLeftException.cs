namespace Larder.EntityFrameworkCore.Reading;

/// <summary>A load ended because the caller on whose context it ran has gone. Seen by those who waited for it, who load by themselves.</summary>
internal sealed class LoadLeftException() : Exception("The caller on whose context the row was loaded has gone.");
