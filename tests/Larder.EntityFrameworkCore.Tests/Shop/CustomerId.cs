namespace Larder.EntityFrameworkCore.Tests.Shop;

public readonly record struct CustomerId(Guid Value);
