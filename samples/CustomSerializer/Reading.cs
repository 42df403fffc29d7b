namespace Larder.Samples.CustomSerializer;

/// <summary>What a sensor has measured.</summary>
public sealed record Reading(Guid Sensor, DateTimeOffset At, double Celsius, int Humidity);
