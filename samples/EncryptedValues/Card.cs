namespace Larder.Samples.EncryptedValues;

/// <summary>Something that nobody who can read the Redis may see. Text and numbers alone are not encrypted: they never reach a serializer.</summary>
public sealed record Card(string Holder, string Number);
