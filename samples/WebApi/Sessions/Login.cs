namespace Larder.Samples.WebApi.Sessions;

internal sealed record Login(string Name);
