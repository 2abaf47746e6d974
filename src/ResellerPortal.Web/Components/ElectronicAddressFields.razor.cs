using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.ElectronicInvoices;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Components;

/// <summary>Where a party receives e-invoices: the scheme, by its name or code, and the address in it.</summary>
public sealed partial class ElectronicAddressFields
{
    [Parameter, EditorRequired]
    public ElectronicAddress Value { get; set; } = ElectronicAddress.None;

    [Parameter]
    public EventCallback<ElectronicAddress> ValueChanged { get; set; }

    [Parameter]
    public string? Help { get; set; }

    private static Task<IEnumerable<string>> SearchAsync(string? text, CancellationToken cancellationToken) =>
        Task.FromResult(ElectronicAddressScheme.All
            .Where(scheme => string.IsNullOrEmpty(text)
                || scheme.Code == text
                || scheme.Name.Contains(text, StringComparison.OrdinalIgnoreCase))
            .Select(scheme => scheme.Code));
}
