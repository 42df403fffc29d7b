namespace Larder.Samples.WebApi.Users;

internal sealed record User(int Id, string Name);
