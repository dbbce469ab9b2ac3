"""What all pages share: one HTML file each, without scripts or network, identifiers masked."""
