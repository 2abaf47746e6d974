using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Gateway.Callers;

/// <summary>The customer that a token belongs to.</summary>
public readonly record struct TokenOwner(ResellerId Reseller, CustomerId Customer);
