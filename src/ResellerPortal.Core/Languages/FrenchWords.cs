namespace ResellerPortal.Core.Languages;

internal static class FrenchWords
{
    public static DocumentWords Instance { get; } = new()
    {
        Invoice = "Facture",
        CreditNote = "Avoir",
        BilledTo = "Facturé à",
        Issued = "Date d’émission",
        Due = "Échéance",
        AgainstInvoice = "Sur facture",
        Period = "Période",
        BuyerReference = "Votre référence",
        AmountDue = "Montant à payer",
        CreditBalance = "En votre faveur",
        AmountCredited = "Montant de l’avoir",
        VatId = "N° TVA {0}",
        RegistrationNumber = "N° d’immatriculation {0}",
        TaxNumber = "N° fiscal {0}",
        ConversionsPerDay = "Conversions par jour",
        BusiestDay = "jour le plus chargé : {0} conversions",
        Description = "Désignation",
        Quantity = "Quantité",
        UnitPrice = "Prix unitaire",
        Tax = "TVA",
        TaxableAmount = "Base imposable",
        Amount = "Montant",
        CarriedOver = "À reporter",
        BroughtForward = "Report",
        NetTotal = "Total HT",
        Total = "Total TTC",
        StandardRate = "Taux normal",
        ReverseCharge = "Autoliquidation",
        Exempt = "Exonéré",
        Export = "Exportation",
        NotSubject = "Hors champ de la TVA",
        CostNote = "Notre propre coût des conversions de cette facture est de {0}.",
        InOwnCurrency = "En {0} : {1} hors taxe, {2} de taxe, au cours de {3}.",
        TaxInNationalCurrency = "Taxe en {0}, monnaie de notre pays : {1}, au cours de {2}.",
        Payment = "Paiement",
        PleasePay = "Merci de payer {0} au plus tard le {1}, avec la référence {2}.",
        NothingToPay = "Aucun montant à payer. {0} sont en votre faveur, pour un usage corrigé après sa facturation.",
        PaidFromBalance = "Payé par votre solde",
        AllPaidFromBalance = "Payé par votre solde. Aucun montant à payer.",
        AccountHolder = "Titulaire du compte",
        Reference = "Référence",
        PayOnline = "Payer en ligne",
        ScanToPay = "Scanner pour payer",
        Credit = "Avoir",
        CreditedSentence = "{0} de la facture {1} du {2} sont repris.",
        CreditTerms = "Aucun paiement n’est dû. Le montant est imputé ou remboursé.",
        Reason = "Motif : {0}",
        LedgerRange = "Facture les écritures {0} à {1} du journal d’usage. Empreinte de la dernière :",
        LedgerNothingNew = "Ne facture aucun nouvel usage ; le journal est facturé jusqu’à l’écriture {0}. Son empreinte :",
        LedgerOfCredit = "Porte sur la facture {0}, qui facture l’usage jusqu’à l’écriture {1}. Son empreinte :",
        Verify = "Pour vérifier : connectez-vous à {0}, enregistrez votre journal et lancez le programme joint.",
        ThePortal = "votre portail",
        PageOf = "{0} · page {1} sur {2}",
        UsageByToken = "Usage par jeton d’API et par jour",
        Conversions = "{0} conversions",
        Statement = "Relevé de compte",
        AccountOf = "Compte de",
        OpeningBalance = "Solde antérieur",
        Owed = "Solde",
        DayOfEntry = "Jour",
        Document = "Document",
        LateFeeFor = "Frais de retard sur {0}",
        PaymentReturned = "Paiement remboursé",
        CreditedBefore = "Déjà crédité par {0}",
        WrittenOffOf = "Passé en perte sur {0}",
        PaymentFor = "Paiement de {0}",
        BalanceTopUp = "Versement sur le solde",
        BalanceRefund = "Remboursement du solde",
        DocumentFor = "{0} sur {1}",
        Included = "inclus",
        Packages = "Lots de {0} conversions",
        Discount = "Remise",
        MinimumDifference = "Complément au minimum facturé",
        MonthlyFee = "Abonnement mensuel",
        LateFrom = "tardif, {0}",
        WhyReverseCharge = "Autoliquidation : la TVA est due par le preneur (article 196 de la directive 2006/112/CE).",
        WhyExport = "Exportation : aucune TVA n’est facturée.",
        WhyNotSubject = "Hors champ d’application de la TVA.",
        WhyOutsideTheUnion =
            "Non soumis à la TVA ici : le lieu de la prestation est celui du client (article 44 de la directive 2006/112/CE).",
        WhyNotRegistered = "Le vendeur n’est pas assujetti à la TVA.",
        InvoiceSubject = "Facture {number} de {seller}",
        InvoiceEmail = """
            Bonjour {customer},

            veuillez trouver ci-joint notre facture {number} pour la période {period}.
            Montant à payer : {open}, au plus tard le {due}.

            Vous la trouverez aussi, avec votre usage, ici : {link}.

            Cordialement
            {seller}
            """,
        CreditNoteSubject = "Avoir {number} de {seller}",
        CreditNoteEmail = """
            Bonjour {customer},

            veuillez trouver ci-joint notre avoir {number} de {total}.

            Vous le trouverez aussi ici : {link}.

            Cordialement
            {seller}
            """,
        ReminderSubject = "Rappel : facture {number}, échue le {due}",
        ReminderEmail = """
            Bonjour {customer},

            sans doute par oubli, notre facture {number}, échue le {due}, présente encore un solde de {open}. Vous la trouverez de nouveau ci-joint.

            Si vous avez payé entre-temps, veuillez ne pas tenir compte de ce message.

            Cordialement
            {seller}
            """,
        SecondReminderSubject = "Deuxième rappel : facture {number}",
        SecondReminderEmail = """
            Bonjour {customer},

            notre facture {number}, échue le {due}, n’est toujours pas réglée. Le solde est de {open}, dont {fee} de frais de retard.

            Merci de payer sous une semaine, ou de nous écrire si quelque chose vous en empêche.

            Cordialement
            {seller}
            """,
        FinalNoticeSubject = "Dernier rappel : facture {number}",
        FinalNoticeEmail = """
            Bonjour {customer},

            malgré nos rappels, {open} de notre facture {number}, échue le {due}, restent dus. Dont frais de retard : {fee}.

            Merci de payer sans délai. Les conversions de votre compte peuvent être suspendues jusqu’au paiement ; son état est visible ici : {link}.

            Cordialement
            {seller}
            """,
    };
}
